// Office.js as far as the page uses it, on a workbook in memory, in place of Microsoft's file.
//
// As in Excel, what is asked for with load() is there after sync() only, and what is set is done by
// sync(), in order. Whatever is not modelled throws, so that no test passes because of it.
(() => {
  const told = { actions: {}, functions: {}, syncs: 0, opened: [], calculated: 0, pane: 0, failAt: 0 };
  const NOTHING = "";
  const error = (code, text) => Object.assign(new Error(text), { code });
  const letters = (n) => (n < 0 ? "" : letters(Math.floor(n / 26) - 1) + String.fromCharCode(65 + (n % 26)));
  const column = (text) => [...text].reduce((n, one) => n * 26 + one.charCodeAt(0) - 64, 0) - 1;
  const strict = (object, name) =>
    new Proxy(object, {
      get(target, key) {
        if (key in target || typeof key === "symbol" || ["then", "toJSON"].includes(key)) return target[key];
        throw error("NotModelled", `${name}.${String(key)}`);
      },
    });

  // --- cells -------------------------------------------------------------------------------------
  class Sheet {
    constructor(name) {
      Object.assign(this, { name, cells: new Map(), merged: [], names: [], protection: null });
    }
    cell(r, c) {
      return this.cells.get(`${r},${c}`) ?? { value: NOTHING, formula: NOTHING };
    }
    type(r, c, given) {
      const key = `${r},${c}`;
      if (given === NOTHING || given === null) this.cells.delete(key);
      else this.cells.set(key, typed(given));
    }
    used() {
      let [r1, c1, r2, c2] = [Infinity, Infinity, -1, -1];
      for (const key of this.cells.keys()) {
        const [r, c] = key.split(",").map(Number);
        [r1, c1, r2, c2] = [Math.min(r1, r), Math.min(c1, c), Math.max(r2, r), Math.max(c2, c)];
      }
      return r2 < 0 ? null : [r1, c1, r2 - r1 + 1, c2 - c1 + 1];
    }
  }
  // What Excel makes of what is typed, in English.
  function typed(given) {
    if (typeof given !== "string") return { value: given, formula: given };
    if (given.startsWith("'")) return { value: given.slice(1), formula: given.slice(1), text: true };
    if (given.startsWith("=")) return { value: NOTHING, formula: given };
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(given)) return { value: Number(given), formula: Number(given) };
    if (/^(true|false)$/i.test(given)) return { value: /^t/i.test(given), formula: /^t/i.test(given) };
    if (/^\d{4}[-/]\d|\d年\d|\d *%$/.test(given)) throw error("Test", `Excel would not keep this text: ${given}`);
    return { value: given, formula: given };
  }

  const book = { name: "月报.xlsx", sheets: [], names: [], active: null, from1904: false };

  // --- objects that stand for them -----------------------------------------------------------------
  function context() {
    let waiting = [];
    const later = (what) => waiting.push(what);
    // Properties that can be read once they were loaded and synced.
    function lazy(name, read, more = {}) {
      const ready = new Set();
      const own = {
        load(wanted) {
          const keys = (Array.isArray(wanted) ? wanted : wanted.split(",")).map((one) => one.trim().split("/")[0]);
          const unknown = keys.filter((key) => !(key in own));
          later(() => unknown.forEach((key) => ready.add(key)));
          return own.self;
        },
        ...more,
      };
      own.self = new Proxy(own, {
        get(target, key) {
          if (key in target || typeof key === "symbol" || key === "then" || key === "toJSON") return target[key];
          if (!ready.has(key) && key !== "isNullObject") throw error("PropertyNotLoaded", `${name}.${key}`);
          return read(key);
        },
        set(target, key, value) {
          if (!more.write?.[key]) throw error("NotModelled", `${name}.${key} =`);
          later(() => more.write[key](value));
          return true;
        },
      });
      return own.self;
    }
    const reading = (name, values) => (key) => {
      if (!(key in values)) throw error("NotModelled", `${name}.${key}`);
      return values[key]();
    };

    function range(sheet, place) {
      const at = () => (typeof place === "function" ? place() : place);
      const each = (what) => {
        const [r, c, rows, columns] = at();
        return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => what(sheet.cell(r + i, c + j))));
      };
      const address = () => {
        const [r, c, rows, columns] = at();
        const first = `${letters(c)}${r + 1}`;
        const last = `${letters(c + columns - 1)}${r + rows}`;
        return `${sheet.name}!${first === last ? first : `${first}:${last}`}`;
      };
      const set = (rows) => {
        const [r, c, height, width] = at();
        if (sheet.protection) throw error("AccessDenied", `${sheet.name} is protected`);
        if (told.failAt && !--told.failAt) throw error("GeneralException", "out of order");
        if (rows.length !== height || rows.some((row) => row.length !== width)) throw error("InvalidArgument", "shape");
        rows.forEach((row, i) => row.forEach((value, j) => sheet.type(r + i, c + j, value)));
      };
      return lazy("Range", reading("Range", {
        values: () => each((cell) => cell.value), formulas: () => each((cell) => cell.formula),
        rowIndex: () => at()[0], columnIndex: () => at()[1], address, isNullObject: () => at() === null,
      }), {
        write: { formulas: set },
        worksheet: strict({ get name() { return sheet.name; } }, "Range.worksheet"),
        getOffsetRange: (r, c) => range(sheet, [at()[0] + r, at()[1] + c, at()[2], at()[3]]),
        getMergedAreasOrNullObject: () => lazy("RangeAreas", reading("RangeAreas", {
          isNullObject: () => !sheet.merged.length, address: () => sheet.merged.map((one) => `${sheet.name}!${one}`).join(","),
        })),
      });
    }
    const item = (one) => strict({ name: one.name, formula: one.refers }, "NamedItem");
    const drop = (name) => (book.names = book.names.filter((one) => one.name !== name));
    // A name that may not be there; what is set of it is done by sync().
    const named = (name) => {
      const found = () => book.names.find((one) => one.name === name);
      const there = () => found() ?? (() => { throw error("ItemNotFound", name); })();
      return lazy("NamedItem", reading("NamedItem", {
        name: () => there().name, formula: () => there().refers, isNullObject: () => !found(),
      }), {
        write: { visible: (value) => (there().visible = value) },
        delete: () => later(() => drop(there().name)),
      });
    };
    function worksheet(sheet) {
      const [first] = [/^([A-Z]+)(\d+)$/];
      return lazy("Worksheet", reading("Worksheet", { name: () => sheet.name }), {
        get name() { return sheet.name; },
        protection: lazy("Protection", reading("Protection", {
          protected: () => !!sheet.protection, isPasswordProtected: () => !!sheet.protection?.password,
          options: () => sheet.protection?.options,
        }), {
          unprotect: () => later(() => {
            if (sheet.protection?.password) throw error("AccessDenied", "password");
            sheet.protection = null;
          }),
          protect: (options) => later(() => (sheet.protection = { options })),
        }),
        names: lazy("Names", reading("Names", { items: () => sheet.names.map(item) })),
        getUsedRangeOrNullObject: () => range(sheet, () => sheet.used()),
        getRangeByIndexes: (r, c, rows, columns) => range(sheet, [r, c, rows, columns]),
        getRange: (address) => {
          const [, letter, row] = first.exec(address);
          return range(sheet, [Number(row) - 1, column(letter), 1, 1]);
        },
      });
    }
    const find = (name) => {
      const found = book.sheets.find((one) => one.name === name);
      if (!found) throw error("ItemNotFound", name);
      return found;
    };
    const sheets = new Map();
    const of = (sheet) => sheets.get(sheet) ?? sheets.set(sheet, worksheet(sheet)).get(sheet);
    const application = strict({
      suspendApiCalculationUntilNextSync() {}, suspendScreenUpdatingUntilNextSync() {},
      calculate: () => later(() => told.calculated++),
      cultureInfo: lazy("Culture", reading("Culture", { name: () => "zh-CN" }), {
        datetimeFormat: lazy("Format", reading("Format", { shortDatePattern: () => "yyyy/M/d" })),
      }),
    }, "Application");
    return {
      application,
      workbook: lazy("Workbook", reading("Workbook", { name: () => book.name }), {
        application,
        worksheets: lazy("Worksheets", reading("Worksheets", { items: () => book.sheets.map(of) }), { getItem: (name) => of(find(name)) }),
        names: lazy("Names", reading("Names", { items: () => book.names.filter((one) => one.visible !== false).map(item) }), {
          getItemOrNullObject: named,
          add: (name, refers) => {
            later(() => {
              if (told.namesFail) throw error("AccessDenied", "names");
              if (book.names.some((one) => one.name === name)) throw error("InvalidArgument", name);
              book.names.push({ name, refers });
            });
            return named(name);
          },
        }),
        functions: strict({
          date: (year, month, day) => lazy("FunctionResult", reading("FunctionResult", {
            value: () => Date.UTC(year, month - 1, day) / 86_400_000 + (book.from1904 ? 24107 : 25569),
          })),
        }, "Functions"),
        getActiveCell: () => range(find(book.active[0]), [...book.active[1], 1, 1]),
      }),
      async sync() {
        told.syncs++;
        await null;
        const now = waiting;
        waiting = [];
        now.forEach((what) => what());
      },
    };
  }

  class RequestContext {
    constructor() {
      return context();
    }
  }
  globalThis.Excel = strict({
    RequestContext,
    CalculationType: { full: "Full" },
    run: async (...given) => {
      const own = context();
      const result = await given.at(-1)(own);
      await own.sync();
      return result;
    },
    createWorkbook: async (content) => told.opened.push(content),
    ShapeType: { image: "Image" },
  }, "Excel");

  const versions = { ExcelApi: 24, CustomFunctionsRuntime: 4, SharedRuntime: 1 };
  globalThis.Office = {
    onReady: async (then) => {
      const about = { host: "Excel", platform: "PC" };
      then?.(about);
      return about;
    },
    actions: { associate: (name, run) => (told.actions[name] = run) },
    addin: { showAsTaskpane: async () => told.pane++ },
    context: {
      document: { url: "https://example.sharepoint.com/月报.xlsx" },
      requirements: { isSetSupported: (name, version) => Number(version.split(".")[1]) <= (versions[name] ?? 0) },
      diagnostics: { version: "16.0", platform: "PC" },
    },
  };
  globalThis.CustomFunctions = {
    associate: (id, run) => (told.functions[id] = run),
    Error: class extends Error {
      constructor(code, message) {
        super(message);
        this.code = code;
      }
    },
    ErrorCode: { invalidValue: "#VALUE!", notAvailable: "#N/A" },
  };

  // --- what tests ask for --------------------------------------------------------------------------
  const ERRORS = { Div0: "#DIV/0!", NotAvailable: "#N/A", Num: "#NUM!", Value: "#VALUE!", Name: "#NAME?" };
  globalThis.test = {
    told, book,
    from1904: (does) => (book.from1904 = does),
    // A workbook: sheets of [name, cells as [row, column, what is typed], merged, protection], names.
    load(sheets, names) {
      book.sheets = sheets.map(({ name, cells, merged, protection }) => {
        const sheet = new Sheet(name);
        cells.forEach(([r, c, value, formula]) =>
          sheet.cells.set(`${r},${c}`, { value, formula: formula ?? value }));
        return Object.assign(sheet, { merged, protection });
      });
      book.names = names;
      book.active = [book.sheets[0].name, [0, 0]];
    },
    cells: (name) => [...book.sheets.find((one) => one.name === name).cells]
      .map(([key, cell]) => [...key.split(",").map(Number), cell.value, cell.formula]),
    protection: (name) => book.sheets.find((one) => one.name === name).protection,
    select: (sheet, r, c) => (book.active = [sheet, [r, c]]),
    press: async (name) => {
      let completed = 0;
      await told.actions[name]({ completed: () => completed++ });
      return completed;
    },
    // What Excel shows in the cells that a formula's result takes.
    async call(id, ...args) {
      try {
        const rows = await told.functions[id](...args, { address: "Sheet1!C3", functionName: id });
        return rows.map((row) => row.map((cell) => (cell?.type === "Error" ? ERRORS[cell.errorType] : cell)));
      } catch (failed) {
        return { code: failed.code, message: failed.message };
      }
    },
  };
})();
