// Calls of functions that are made together go to the server together.
//
// The page of xlwings Server posts one request a cell through globalThis.xwRequest. Here these posts
// are held back for a moment; those that have come by then, and while others are under way, are one
// request. A range that several of them have goes in it once. The page lets a thousand come at a time.
const SINGLE = "/xlwings/custom-functions-call";
const TOGETHER = "/kpi/calls";
const MOMENT = 20; // milliseconds
const MOST_CALLS = 10_000;
const MOST_CELLS = 200_000;
const MOST_REQUESTS = 2;
const ROWS = 1_048_576;
const LARGE = 100; // cells: of a smaller range nobody looks whether it is there already

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

const cells = (one) => (Array.isArray(one) ? one.length * (one[0]?.length ?? 1) : 1);

// A call with the contents of its large ranges, by which they are known.
function measured(func_name, args) {
  const contents = args.map((one) => (cells(one) < LARGE ? null : JSON.stringify(one)));
  const small = args.reduce((n, one, i) => n + (contents[i] === null ? cells(one) : 0), 0);
  return { func_name, args, contents, small };
}

// Calls that go together, and the ranges that they have, each once.
class Together {
  calls = [];
  ranges = [];
  places = new Map();
  size = 0;

  // Whether there is room for a call; the first always has it.
  takes({ args, contents, small }) {
    const added = new Set(contents.filter((one) => one !== null && !this.places.has(one)));
    let size = this.size + small;
    added.forEach((one) => {
      size += cells(args[contents.indexOf(one)]);
    });
    if (this.calls.length && (this.calls.length >= MOST_CALLS || size > MOST_CELLS)) return false;
    this.size = size;
    return true;
  }

  add({ func_name, args, contents }) {
    const placed = args.map((one, i) => {
      if (contents[i] === null) return one;
      if (!this.places.has(contents[i])) this.places.set(contents[i], this.ranges.push(one) - 1);
      return { range: this.places.get(contents[i]) };
    });
    this.calls.push({ func_name, args: placed });
  }
}

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
  function next(body) {
    const together = [];
    const { options } = waiting[0];
    while (waiting.length) {
      const one = waiting[0];
      const same = one.options.headers.Authorization === options.headers.Authorization;
      if (!same || !body.takes(one.call)) break;
      body.add(one.call);
      together.push(waiting.shift());
    }
    return together;
  }

  async function send() {
    timer = null;
    const content = new Together();
    const together = next(content);
    underWay++;
    soon();
    try {
      const { calls, ranges } = content;
      const body = { calls, ranges, from_1904: await counts() };
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
      const call = measured(body.func_name, cut(body.args));
      waiting.push({ call, options, resolve, reject });
      soon();
    });
  };
}
