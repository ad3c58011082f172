// Calls of functions that are made together go to the server together.
//
// The page of xlwings Server posts one request a cell through globalThis.xwRequest. Here these posts
// are held back for a moment; those that have come by then, and while others are under way, are one
// request.
const SINGLE = "/xlwings/custom-functions-call";
const TOGETHER = "/kpi/calls";
const MOMENT = 20; // milliseconds
const MOST_CALLS = 1000;
const MOST_CELLS = 200_000;
const MOST_REQUESTS = 2;
const ROWS = 1_048_576;

const isBlank = (cell) => cell === null || cell === undefined || cell === "";

// Whole columns, without the blank rows below the last row that any of them fills.
export function cut(args) {
  const whole = args.filter((one) => Array.isArray(one) && one.length === ROWS);
  let last = 1;
  for (const rows of whole) {
    let end = ROWS;
    while (end > last && rows[end - 1].every(isBlank)) end--;
    last = end;
  }
  return args.map((one) => (whole.includes(one) ? one.slice(0, last) : one));
}

const cells = (args) =>
  args.reduce((n, one) => n + (Array.isArray(one) ? one.length * (one[0]?.length ?? 1) : 1), 0);

// counts: whether the days of the workbook count from 1904.
export function batched(post, counts) {
  let waiting = [];
  let underWay = 0;
  let timer = null;

  function soon() {
    if (timer === null && waiting.length && underWay < MOST_REQUESTS) {
      timer = setTimeout(send, MOMENT);
    }
  }

  // Those that go in one request: of one user, and not too many.
  function next() {
    const together = [];
    let size = 0;
    const { options } = waiting[0];
    while (waiting.length && together.length < MOST_CALLS) {
      const one = waiting[0];
      size += one.size;
      const same = one.options.headers.Authorization === options.headers.Authorization;
      if (together.length && (size > MOST_CELLS || !same)) break;
      together.push(waiting.shift());
    }
    return together;
  }

  async function send() {
    timer = null;
    const together = next();
    underWay++;
    soon();
    try {
      const calls = together.map(({ call }) => call);
      const body = { calls, from_1904: await counts() };
      const answer = await post(window.location.origin + TOGETHER, body, together[0].options);
      together.forEach(({ resolve }, i) => resolve({ ...answer, data: answer.data.results[i] }));
    } catch (error) {
      together.forEach(({ reject }) => reject(error));
    } finally {
      underWay--;
      soon();
    }
  }

  return (url, body, options) => {
    if (!url.endsWith(SINGLE)) return post(url, body, options);
    return new Promise((resolve, reject) => {
      const args = cut(body.args);
      const call = { func_name: body.func_name, args };
      waiting.push({ call, size: cells(args), options, resolve, reject });
      soon();
    });
  };
}
