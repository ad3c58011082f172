// The open workbook: what the server needs to know of it, and what it has it do.
const MARK = "kpi_xl_refresh";
const has = (version) => Office.context.requirements.isSetSupported("ExcelApi", version);

let from1904 = null;

// Whether the workbook's days count from 1904: then the first day of that year is 0. Asked once.
export function countsFrom1904() {
  from1904 ??= Excel.run({ delayForCellEdit: true }, async (context) => {
    const first = context.workbook.functions.date(1904, 1, 1);
    first.load("value");
    await context.sync();
    return first.value === 0;
  }).catch((error) => {
    from1904 = null;
    throw error;
  });
  return from1904;
}

export async function sent() {
  const from_1904 = await countsFrom1904();
  return Excel.run(async (context) => {
    const book = context.workbook;
    book.worksheets.load("items/name");
    book.names.load("items/name,items/formula");
    await context.sync();
    const parts = book.worksheets.items.map((sheet) => {
      const used = sheet.getUsedRangeOrNullObject(false);
      used.load("rowIndex,columnIndex,values,formulas");
      sheet.protection.load(has("1.24") ? "protected,isPasswordProtected" : "protected");
      sheet.names.load("items/name,items/formula");
      return { sheet, used };
    });
    // Hidden, so that it may not be among the others.
    const mark = book.names.getItemOrNullObject(MARK);
    mark.load("name,formula");
    const cell = book.getActiveCell();
    cell.load("values,worksheet/name,columnIndex");
    await context.sync();
    const merged = await mergedAreas(context, parts);
    return {
      from_1904,
      sheets: parts.map(({ sheet, used }, i) => ({
        name: sheet.name,
        row: used.isNullObject ? 1 : used.rowIndex + 1,
        column: used.isNullObject ? 1 : used.columnIndex + 1,
        values: used.isNullObject ? [[""]] : used.values,
        formulas: used.isNullObject ? [[""]] : used.formulas,
        merged: merged[i],
        protection: protection(sheet.protection),
      })),
      names: [
        ...book.names.items.filter((one) => one.name !== MARK).map((one) => named(one, null)),
        ...(mark.isNullObject ? [] : [named(mark, null)]),
        ...parts.flatMap(({ sheet }) => sheet.names.items.map((one) => named(one, sheet.name))),
      ],
      selection: await selection(context, cell),
    };
  });
}

const named = (one, sheet) => ({ name: one.name, sheet, refers: String(one.formula) });

function protection(of) {
  if (!of.protected) return "none";
  return of.isPasswordProtected ? "password" : "open";
}

async function mergedAreas(context, parts) {
  if (!has("1.13")) return parts.map(() => []);
  const found = parts.map(({ used }) => {
    if (used.isNullObject) return null;
    const areas = used.getMergedAreasOrNullObject();
    areas.load("address");
    return areas;
  });
  await context.sync();
  return found.map((one) =>
    one === null || one.isNullObject
      ? []
      : one.address.split(",").map((address) => address.slice(address.lastIndexOf("!") + 1)),
  );
}

async function selection(context, cell) {
  const found = { sheet: cell.worksheet.name, value: cell.values[0][0] };
  if (cell.columnIndex >= 16_383) return found;
  const right = cell.getOffsetRange(0, 1);
  right.load("address,values");
  await context.sync();
  return {
    ...found,
    right: right.address.slice(right.address.lastIndexOf("!") + 1),
    right_is_empty: right.values[0][0] === "",
  };
}

// Writes all areas and the mark, or none: sheets are opened first, and what was there is put back if
// one fails.
export async function write({ areas, mark }) {
  await Excel.run(async (context) => {
    const names = [...new Set(areas.map((one) => one.sheet))];
    const sheets = new Map(
      names.map((name) => [name, context.workbook.worksheets.getItem(name)]),
    );
    sheets.forEach((sheet) => sheet.protection.load("protected,options"));
    const ranges = areas.map((one) => {
      const [rows, columns] = [one.rows.length, one.rows[0].length];
      const sheet = sheets.get(one.sheet);
      const range = sheet.getRangeByIndexes(one.row - 1, one.column - 1, rows, columns);
      range.load("values,formulas");
      return range;
    });
    await context.sync();
    const before = ranges.map(typed);
    const closed = [...sheets.values()].filter((sheet) => sheet.protection.protected);
    const options = closed.map((sheet) => sheet.protection.options);
    closed.forEach((sheet) => sheet.protection.unprotect());
    await context.sync();
    try {
      await fill(context, ranges, areas.map((one) => one.rows));
      if (mark.text !== null) await setName(context, mark);
    } catch (error) {
      await fill(context, ranges, before);
      throw error;
    } finally {
      closed.forEach((sheet, i) => sheet.protection.protect(options[i]));
      await context.sync();
    }
  });
}

// Has a hidden name stand for a text; an empty one takes the name away.
async function setName(context, { name, text }) {
  const names = context.workbook.names;
  const old = names.getItemOrNullObject(name);
  await context.sync();
  if (!old.isNullObject) old.delete();
  if (text) names.add(name, `="${text}"`).visible = false;
  await context.sync();
}

async function fill(context, ranges, contents) {
  context.application.suspendApiCalculationUntilNextSync();
  context.application.suspendScreenUpdatingUntilNextSync();
  ranges.forEach((range, i) => {
    range.formulas = contents[i];
  });
  await context.sync();
}

// What to type to have a range back: text stays text whatever it looks like.
function typed(range) {
  return range.formulas.map((row, i) =>
    row.map((formula, j) =>
      typeof formula === "string" && formula !== "" && range.values[i][j] === formula
        ? `'${formula}`
        : formula,
    ),
  );
}

export async function insert({ sheet, address, formula }) {
  await Excel.run(async (context) => {
    const cell = context.workbook.worksheets.getItem(sheet).getRange(address);
    cell.formulas = [[formula]];
    await context.sync();
  });
}

export async function calculate() {
  await Excel.run(async (context) => {
    context.application.calculate(Excel.CalculationType.full);
    await context.sync();
  });
}

export async function open({ content }) {
  await Excel.createWorkbook(content);
}
