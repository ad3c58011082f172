// Makes the form that it is told on its input with every writer there is: node make.mjs FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const folder = process.argv[2];
const form = JSON.parse(readFileSync(0, "utf-8"));
const main = "月报";

async function exceljs(file, options) {
  const ExcelJS = require("exceljs");
  const book = new ExcelJS.Workbook();
  for (const [title, cells] of Object.entries(form.cells)) {
    const sheet = book.addWorksheet(title);
    for (const [place, value] of Object.entries(cells)) sheet.getCell(place).value = value;
    for (const [place, formula] of Object.entries(form.formulas[title])) {
      sheet.getCell(place).value = { formula };
    }
  }
  const sheet = book.getWorksheet(main);
  for (const [place, code] of Object.entries(form.formats)) sheet.getCell(place).numFmt = code;
  for (const area of form.merges) sheet.mergeCells(area);
  for (const place of ["E7", "E8"]) {
    sheet.getCell(place).dataValidation = {
      type: "decimal", operator: "greaterThanOrEqual", formulae: [0], allowBlank: true,
    };
  }
  const red = { font: { color: { argb: "FFFF0000" } } };
  const rule = { type: "cellIs", operator: "lessThan", formulae: [1], style: red, priority: 1 };
  sheet.addConditionalFormatting({ ref: "F7:F8", rules: [rule] });
  sheet.getCell("A1").note = "填单位";
  book.getWorksheet("明细").addTable({
    name: "orders", ref: "E1", headerRow: true,
    columns: [{ name: "号" }, { name: "数" }], rows: [["旧", 1], ["旧二", 2]],
  });
  for (const [name, place] of Object.entries(form.names)) {
    // It knows no whole rows.
    book.definedNames.add(place.replace("$7:$8", "$A$7:$I$8"), name);
  }
  await book.xlsx.writeFile(file, options);
}

function sheetjs(file, options) {
  const XLSX = require("xlsx");
  const book = XLSX.utils.book_new();
  for (const [title, cells] of Object.entries(form.cells)) {
    const sheet = { "!ref": "A1:K12" };
    for (const [place, value] of Object.entries(cells)) {
      sheet[place] = { t: typeof value === "number" ? "n" : "s", v: value };
    }
    for (const [place, f] of Object.entries(form.formulas[title])) sheet[place] = { t: "n", f };
    if (title === main) {
      // With cellDates it writes what no other program does.
      sheet.B2 = { t: "d", v: new Date(Date.UTC(2024, 5, 1)) };
      for (const [place, z] of Object.entries(form.formats)) sheet[place].z = z;
      sheet["!merges"] = form.merges.map((area) => XLSX.utils.decode_range(area));
    }
    XLSX.utils.book_append_sheet(book, sheet, title);
  }
  const Names = Object.entries(form.names).map(([Name, Ref]) => ({ Name, Ref }));
  book.Workbook = { Names };
  XLSX.writeFile(book, file, { bookType: "xlsx", ...options });
}

async function populate(file) {
  const book = await require("xlsx-populate").fromBlankAsync();
  for (const [title, cells] of Object.entries(form.cells)) {
    const sheet = book.addSheet(title);
    for (const [place, value] of Object.entries(cells)) sheet.cell(place).value(value);
    for (const [place, formula] of Object.entries(form.formulas[title])) {
      sheet.cell(place).formula(formula);
    }
  }
  book.deleteSheet("Sheet1");
  const sheet = book.sheet(main);
  for (const [place, code] of Object.entries(form.formats)) {
    sheet.cell(place).style("numberFormat", code);
  }
  for (const area of form.merges) sheet.range(area).merged(true);
  sheet.range("E7:E8").dataValidation({ type: "decimal", operator: "greaterThan", formula1: "0" });
  for (const [name, place] of Object.entries(form.names)) {
    const area = place.split("!")[1].replaceAll("$", "");
    book.definedName(name, area === "7:8" ? place : sheet.range(area.includes(":") ? area : `${area}:${area}`));
  }
  await book.toFileAsync(file);
}

async function excelize(file) {
  const { init } = require("excelize-wasm");
  const library = await init(require.resolve("excelize-wasm/excelize.wasm.gz"));
  const book = library.NewFile();
  const told = (result) => {
    if (result.error) throw new Error(result.error);
    return result;
  };
  for (const [title, cells] of Object.entries(form.cells)) {
    told(book.NewSheet(title));
    for (const [place, value] of Object.entries(cells)) told(book.SetCellValue(title, place, value));
    for (const [place, formula] of Object.entries(form.formulas[title])) {
      told(book.SetCellFormula(title, place, formula));
    }
  }
  told(book.DeleteSheet("Sheet1"));
  for (const [place, CustomNumFmt] of Object.entries(form.formats)) {
    const { style } = told(book.NewStyle({ CustomNumFmt }));
    told(book.SetCellStyle(main, place, place, style));
  }
  for (const area of form.merges) told(book.MergeCell(main, ...area.split(":")));
  for (const [Name, RefersTo] of Object.entries(form.names)) {
    told(book.SetDefinedName({ Name, RefersTo }));
  }
  told(book.AddChart(main, "K2", {
    Type: library.Col,
    Series: [{ Name: "件数", Categories: `${main}!$B$7:$B$8`, Values: `${main}!$D$7:$D$8` }],
  }));
  told(book.AddTable("明细", { Range: "A1:C3", Name: "orders" }));
  told(book.AddPivotTable({
    DataRange: `${main}!$A$6:$F$8`, PivotTableRange: "引用!$E$1:$H$9",
    Rows: [{ Data: "姓名", DefaultSubtotal: true }],
    Data: [{ Data: "件数", Name: "求和", Subtotal: "Sum" }],
    RowGrandTotals: true, ColGrandTotals: true, ShowDrill: true, ShowRowHeaders: true,
    ShowColHeaders: true, ShowLastColumn: true,
  }));
  const { buffer } = told(book.WriteToBuffer());
  writeFileSync(file, buffer);
}

const made = {
  exceljs: (file) => exceljs(file),
  "exceljs-inline": (file) => exceljs(file, { useSharedStrings: false, useStyles: true }),
  sheetjs: (file) => sheetjs(file, {}),
  "sheetjs-shared": (file) => sheetjs(file, { bookSST: true, compression: true }),
  "sheetjs-dates": (file) => sheetjs(file, { cellDates: true, cellStyles: true }),
  populate,
  excelize,
};
for (const [writer, make] of Object.entries(made)) {
  await make(join(folder, `${writer}.xlsx`));
  console.log(writer);
}
process.exit(0);
