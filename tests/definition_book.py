"""指标定义.xlsx as somebody types into it."""


def type_row(page, number, **row):
    """Type a row's values below the headings of a worksheet; headings that it lacks fail."""
    headings = [cell.value for cell in page[1]]
    for heading, value in row.items():
        page.cell(number, headings.index(heading) + 1, value)
