Attribute VB_Name = "KpiCells"
' Cells to and from Python: arguments as plain values, results with Excel's own errors.
Option Explicit
Option Private Module

Public Function KpiReadRanges(ByRef given As Variant, ByRef values As Variant, ByRef origins As Variant) As Boolean
    ' Arguments with the values of ranges in their place, and where the large ones come from; an area of
    ' several parts would be its first part only.
    Dim i As Long, taken() As Variant, places() As Variant
    ReDim taken(LBound(given) To UBound(given))
    ReDim places(LBound(given) To UBound(given))
    For i = LBound(given) To UBound(given)
        places(i) = ""
        If TypeName(given(i)) = "Range" Then
            If given(i).Areas.Count > 1 Then Exit Function
            taken(i) = KpiValues(given(i))
            If KpiIsLarge(taken(i)) Then places(i) = given(i).Address(True, True, 1, True)
        Else
            taken(i) = given(i)
        End If
    Next i
    values = taken
    origins = places
    KpiReadRanges = True
End Function

Public Function KpiValues(ByVal area As Range) As Variant
    ' The values of a range; one that goes on to the end of the sheet is cut at the used part.
    Dim sheet As Worksheet, height As Long, width As Long
    Set sheet = area.Worksheet
    height = area.Rows.Count
    width = area.Columns.Count
    If area.Row + height - 1 = sheet.Rows.Count Then
        height = KpiUpTo(area.Row, sheet.UsedRange.Row + sheet.UsedRange.Rows.Count - 1)
    End If
    If area.Column + width - 1 = sheet.Columns.Count Then
        width = KpiUpTo(area.Column, sheet.UsedRange.Column + sheet.UsedRange.Columns.Count - 1)
    End If
    Set area = area.Resize(height, width)
    ' Value2 has dates and currency as plain numbers; those of 1904 only Value tells apart.
    If sheet.Parent.Date1904 Then
        KpiValues = area.Value
    Else
        KpiValues = area.Value2
    End If
End Function

Public Function KpiUpTo(ByVal first As Long, ByVal last As Long) As Long
    KpiUpTo = last - first + 1
    If KpiUpTo < 1 Then KpiUpTo = 1
End Function

Public Function KpiResult(ByVal values As Variant) As Variant
    Dim i As Long, j As Long, dimensions As Long
    If Not IsArray(values) Then
        KpiResult = KpiCell(values)
        Exit Function
    End If
    dimensions = KpiDimensions(values)
    For i = LBound(values, 1) To UBound(values, 1)
        If dimensions = 1 Then
            values(i) = KpiCell(values(i))
        Else
            For j = LBound(values, 2) To UBound(values, 2)
                values(i, j) = KpiCell(values(i, j))
            Next j
        End If
    Next i
    KpiResult = values
End Function

Public Function KpiDimensions(ByVal values As Variant) As Long
    Dim bound As Long
    KpiDimensions = 1
    On Error GoTo done
    bound = UBound(values, 2)
    KpiDimensions = 2
done:
End Function

Public Function KpiCell(ByVal value As Variant) As Variant
    ' Python gives errors by name; here they become Excel's own.
    KpiCell = value
    If VarType(value) <> vbString Then Exit Function
    Select Case value
        Case "#DIV/0!": KpiCell = CVErr(xlErrDiv0)
        Case "#N/A": KpiCell = CVErr(xlErrNA)
        Case "#VALUE!": KpiCell = CVErr(xlErrValue)
        Case "#NUM!": KpiCell = CVErr(xlErrNum)
    End Select
End Function
