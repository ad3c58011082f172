// Connects Excel's buttons to the server's commands, and holds calls of functions together.
import { BUTTONS, COMMANDS, LEVELS } from "/kpi/buttons.js";
import { batched } from "./batch.js";
import * as pane from "./pane.js";
import * as workbook from "./workbook.js";

const YES = "是";
const NO = "否";
const CELLS = new Set(["refresh", "undo", "diagnose", "explain"]);

const post = globalThis.xwRequest.post;
globalThis.xwRequest.post = batched(post, workbook.countsFrom1904);

async function pressed(name, given) {
  await pane.shown();
  pane.begin(BUTTONS[name]);
  try {
    const chosen = await argumentsOf(name, given);
    const book = CELLS.has(name) ? await workbook.sent() : {};
    await done(await answer(name, { workbook: book, arguments: chosen, answers: [] }));
  } catch (error) {
    pane.say({ text: told(error), failed: true });
  } finally {
    pane.end();
  }

  async function done(actions, answers = []) {
    for (const action of actions) {
      if (action.do === "ask") {
        const answered = [...answers, (await pane.ask(action.text, [YES, NO])) === YES];
        const book = await workbook.sent();
        const more = { workbook: book, arguments: given, answers: answered };
        await done(await answer(name, more), answered);
      } else {
        await DO[action.do](action);
      }
    }
  }
}

const DO = {
  write: (action) => workbook.write(action),
  calculate: () => workbook.calculate(),
  insert: (action) => workbook.insert(action),
  open: (action) => workbook.open(action),
  say: (action) => pane.say(action),
  show: (action) => pane.show(action),
};

async function argumentsOf(name, given) {
  if (name === "settings") {
    return [await pane.settings(globalThis.config.authProviders.includes("key"))];
  }
  return name === "distribute" ? [...given, await pane.ask("发给哪一级？", LEVELS)] : given;
}

async function answer(name, body) {
  const { token } = await globalThis.getAuth();
  const options = {
    headers: { "Content-Type": "application/json", Authorization: token },
    timeout: globalThis.config.requestTimeout * 1000,
  };
  const url = `${window.location.origin}/kpi/commands/${name}`;
  return (await post(url, body, options)).data.actions;
}

function told(error) {
  if (error.response) return error.response.data?.detail ?? `服务没有完成（${error.response.status}）`;
  if (error.request) return "连不上服务：请检查网络，或请管理这个服务的人看看它是否在运行";
  return `Excel 没有完成（${error.message ?? error}），工作簿没有改动`;
}

for (const [action, name, ...given] of COMMANDS) {
  Office.actions.associate(action, async (event) => {
    try {
      await pressed(name, given);
    } finally {
      event.completed();
    }
  });
}
