Attribute VB_Name = "KpiGather"
' Cells that were filled down or right with one formula are asked for together: while Excel calculates
' one after the other, Python is called once for all of them.
' What the others' arguments are is guessed by their formula. So an answer counts only for a cell whose
' arguments are, when Excel asks for it, the ones that were sent.
Option Explicit
Option Private Module

Private Const MODULE_OF_CALLS As String = "udfs.excel.calls"
Private Const FEWEST As Long = 10
Private Const FARTHEST As Long = 10000
Private Const MOST As Long = 20001
' A calculation asks for one cell after the other without a pause.
Private Const PAUSE As Double = 0.1
' So long Python itself takes a project's data for what they are: udfs/current.py.
Private Const FRESH As Double = 0.5
Private Const BLOCKS As Long = 32
Private Const SECONDS_A_DAY As Double = 86400

' Of each block of cells: where it is, what was asked, what was sent for each argument, what came back.
Private sheets(1 To BLOCKS) As Object
Private tops(1 To BLOCKS) As Long
Private lefts(1 To BLOCKS) As Long
Private heights(1 To BLOCKS) As Long
Private widths(1 To BLOCKS) As Long
Private modules(1 To BLOCKS) As String
Private names(1 To BLOCKS) As String
Private sent(1 To BLOCKS) As Variant
Private answers(1 To BLOCKS) As Variant
Private times(1 To BLOCKS) As Double
Private latest As Long
Private asking As String
Private askedAt As Double
Private inARow As Long
Private sinceGathered As Long
Private untilNext As Long

Public Sub KpiScatter()
    ' What was gathered counts no more.
    Dim block As Long
    For block = 1 To BLOCKS
        heights(block) = 0
        Set sheets(block) = Nothing
        sent(block) = Empty
        answers(block) = Empty
    Next block
End Sub

Public Function KpiIsGathered(ByVal python As Object, ByVal moduleName As String, ByVal functionName As String, ByRef ranges As Variant, ByRef arguments As Variant, ByRef answer As Variant) As Boolean
    ' Whether the answer for the cell that asks has come with others'; it is put into the last argument.
    Dim cell As Range, block As Long
    On Error GoTo done
    If functionName <> asking Or KpiPassed(askedAt) > PAUSE Then inARow = 0
    asking = functionName
    askedAt = Timer
    inARow = inARow + 1
    sinceGathered = sinceGathered + 1
    If inARow < FEWEST Then Exit Function
    If TypeName(Application.Caller) <> "Range" Then Exit Function
    Set cell = Application.Caller
    If cell.Rows.Count * cell.Columns.Count > 1 Then Exit Function
    For block = 1 To BLOCKS
        If KpiAnswers(block, cell, moduleName, functionName, arguments, answer) Then
            KpiIsGathered = True
            Exit Function
        End If
    Next block
    ' Where guesses were wrong before, not every cell guesses anew.
    If sinceGathered < untilNext Then Exit Function
    block = latest Mod BLOCKS + 1
    heights(block) = 0
    If Not KpiFind(block, cell, functionName, ranges) Then Exit Function
    latest = block
    sinceGathered = 0
    untilNext = heights(block) * widths(block) \ 10
    modules(block) = moduleName
    names(block) = functionName
    answers(block) = python.CallUDF(MODULE_OF_CALLS, "gathered", Array(moduleName, functionName, heights(block), widths(block), sent(block)))
    times(block) = Timer
    KpiIsGathered = KpiAnswers(block, cell, moduleName, functionName, arguments, answer)
    Exit Function
done:
    ' What cannot be gathered is asked for by itself.
    If block >= 1 And block <= BLOCKS Then heights(block) = 0
End Function

Private Function KpiAnswers(ByVal block As Long, ByVal cell As Range, ByVal moduleName As String, ByVal functionName As String, ByRef arguments As Variant, ByRef answer As Variant) As Boolean
    Dim row As Long, column As Long, i As Long
    If heights(block) = 0 Then Exit Function
    If names(block) <> functionName Or modules(block) <> moduleName Then Exit Function
    If KpiPassed(times(block)) > FRESH Then Exit Function
    row = cell.Row - tops(block) + 1
    column = cell.Column - lefts(block) + 1
    If row < 1 Or row > heights(block) Or column < 1 Or column > widths(block) Then Exit Function
    If Not cell.Worksheet Is sheets(block) Then Exit Function
    For i = LBound(arguments) To UBound(arguments)
        If Not KpiIsSame(arguments(i), KpiAt(sent(block)(i), row, column)) Then Exit Function
    Next i
    answer = answers(block)(LBound(answers(block), 1) + (row - 1) * widths(block) + column - 1, LBound(answers(block), 2))
    ' A function of several cells is not computed for others.
    KpiAnswers = VarType(answer) <> vbBoolean
End Function

Private Function KpiAt(ByRef values As Variant, ByVal row As Long, ByVal column As Long) As Variant
    If Not IsArray(values) Then
        KpiAt = values
        Exit Function
    End If
    If UBound(values, 1) = 1 Then row = 1
    If UBound(values, 2) = 1 Then column = 1
    KpiAt = values(row, column)
End Function

Private Function KpiFind(ByVal block As Long, ByVal cell As Range, ByVal functionName As String, ByRef ranges As Variant) As Boolean
    ' The cells around one that have its formula, and what stands where their arguments are.
    Dim formula As String, pieces As Variant, values() As Variant, moved As Variant, i As Long, up As Long, down As Long, before As Long, after As Long
    formula = cell.FormulaR1C1
    pieces = KpiPieces(formula, functionName)
    If Not IsArray(pieces) Then Exit Function
    If UBound(pieces) > UBound(ranges) - LBound(ranges) Then Exit Function
    up = KpiReach(cell, formula, -1, 0)
    down = KpiReach(cell, formula, 1, 0)
    before = KpiReach(cell, formula, 0, -1)
    after = KpiReach(cell, formula, 0, 1)
    If Not KpiAllHave(cell, formula, up, down, before, after) Then
        before = 0
        after = 0
    End If
    If (up + down + 1) * (before + after + 1) < FEWEST Then Exit Function
    ReDim values(LBound(ranges) To UBound(ranges))
    For i = LBound(ranges) To UBound(ranges)
        If TypeName(ranges(i)) = "Range" Then
            If Not KpiMoves(pieces(i - LBound(ranges)), ranges(i), up, down, before, after, moved) Then Exit Function
            values(i) = moved
        Else
            If i - LBound(ranges) <= UBound(pieces) Then
                If Not KpiIsConstant(pieces(i - LBound(ranges))) Then Exit Function
            End If
            values(i) = ranges(i)
        End If
    Next i
    sent(block) = values
    Set sheets(block) = cell.Worksheet
    tops(block) = cell.Row - up
    lefts(block) = cell.Column - before
    heights(block) = up + down + 1
    widths(block) = before + after + 1
    KpiFind = True
End Function

Private Function KpiReach(ByVal cell As Range, ByVal formula As String, ByVal down As Long, ByVal right As Long) As Long
    ' How many cells in a direction have the same formula, one after the other.
    Dim used As Range, most As Long, formulas As Variant, first As Range, i As Long
    Set used = cell.Worksheet.UsedRange
    If down + right < 0 Then
        most = (cell.Row - used.Row) * -down + (cell.Column - used.Column) * -right
    Else
        most = (used.Row + used.Rows.Count - 1 - cell.Row) * down + (used.Column + used.Columns.Count - 1 - cell.Column) * right
    End If
    If most > FARTHEST Then most = FARTHEST
    If most < 1 Then Exit Function
    Set first = cell
    If down + right < 0 Then Set first = cell.Offset(down * most, right * most)
    formulas = first.Resize(1 + most * Abs(down), 1 + most * Abs(right)).FormulaR1C1
    For i = 1 To most
        If KpiAt(formulas, KpiCounted(i, most, down), KpiCounted(i, most, right)) <> formula Then Exit For
        KpiReach = i
    Next i
End Function

Private Function KpiCounted(ByVal i As Long, ByVal most As Long, ByVal direction As Long) As Long
    ' The place of the i-th cell, counted from the one that is most far up or left.
    KpiCounted = 1
    If direction > 0 Then KpiCounted = 1 + i
    If direction < 0 Then KpiCounted = 1 + most - i
End Function

Private Function KpiAllHave(ByVal cell As Range, ByVal formula As String, ByVal up As Long, ByVal down As Long, ByVal before As Long, ByVal after As Long) As Boolean
    ' Whether a whole rectangle of cells has one formula.
    Dim formulas As Variant, row As Long, column As Long
    If before + after = 0 Or CDbl(up + down + 1) * (before + after + 1) > MOST Then Exit Function
    formulas = cell.Offset(-up, -before).Resize(up + down + 1, before + after + 1).FormulaR1C1
    For row = 1 To UBound(formulas, 1)
        For column = 1 To UBound(formulas, 2)
            If formulas(row, column) <> formula Then Exit Function
        Next column
    Next row
    KpiAllHave = True
End Function

Private Function KpiMoves(ByVal piece As String, ByVal area As Range, ByVal up As Long, ByVal down As Long, ByVal before As Long, ByVal after As Long, ByRef values As Variant) As Boolean
    ' The cells that stand for one argument in all the formulas: R and C without a number move along.
    Dim place As Long
    If area.Rows.Count * area.Columns.Count > 1 Then Exit Function
    If InStr(piece, "[@") > 0 Or InStr(piece, "[#This Row]") > 0 Then
        before = 0
        after = 0
    Else
        piece = Mid(piece, InStrRev(piece, "!") + 1)
        place = InStr(piece, "C")
        If Left(piece, 1) <> "R" Or place = 0 Then Exit Function
        If Not KpiIsPart(Mid(piece, 2, place - 2)) Or Not KpiIsPart(Mid(piece, place + 1)) Then Exit Function
        If IsNumeric(Mid(piece, 2, place - 2)) Then
            up = 0
            down = 0
        End If
        If IsNumeric(Mid(piece, place + 1)) Then
            before = 0
            after = 0
        End If
    End If
    values = KpiValues(area.Offset(-up, -before).Resize(up + down + 1, before + after + 1))
    KpiMoves = True
End Function

Private Function KpiIsPart(ByVal text As String) As Boolean
    ' What may stand behind R or C: nothing, a number, or one between brackets.
    If Left(text, 1) = "[" And Right(text, 1) = "]" Then text = Mid(text, 2, Len(text) - 2)
    KpiIsPart = text = "" Or IsNumeric(text)
End Function

Private Function KpiIsConstant(ByVal piece As String) As Boolean
    Dim inner As String
    If Len(piece) > 1 And Left(piece, 1) = Chr(34) And Right(piece, 1) = Chr(34) Then
        inner = Replace(Mid(piece, 2, Len(piece) - 2), Chr(34) & Chr(34), "")
        KpiIsConstant = InStr(inner, Chr(34)) = 0
    Else
        KpiIsConstant = piece = "" Or IsNumeric(piece)
    End If
End Function

Public Function KpiPieces(ByVal formula As String, ByVal functionName As String) As Variant
    ' What stands between the commas of the one call of a function; nothing where there are several.
    Dim place As Long, i As Long, depth As Long, character As String, quote As String, text As String
    Dim pieces() As String
    place = InStr(1, formula, functionName & "(", vbTextCompare)
    If place < 2 Then Exit Function
    If InStr(place + 1, formula, functionName & "(", vbTextCompare) > 0 Then Exit Function
    If InStr("=(,+-*/^&<> @", Mid(formula, place - 1, 1)) = 0 Then Exit Function
    text = Left(formula, place - 1)
    If (Len(text) - Len(Replace(text, Chr(34), ""))) Mod 2 = 1 Then Exit Function
    text = ""
    For i = place + Len(functionName) + 1 To Len(formula)
        character = Mid(formula, i, 1)
        If quote <> "" Then
            If character = quote Then quote = ""
        ElseIf character = Chr(34) Or character = "'" Then
            quote = character
        ElseIf InStr("([{", character) > 0 Then
            depth = depth + 1
        ElseIf InStr(")]}", character) > 0 Then
            If depth = 0 Then Exit For
            depth = depth - 1
        End If
        If character = "," And depth = 0 And quote = "" Then character = vbLf
        text = text & character
    Next i
    If i > Len(formula) Then Exit Function
    pieces = Split(text, vbLf)
    For i = 0 To UBound(pieces)
        pieces(i) = Trim(pieces(i))
    Next i
    KpiPieces = pieces
End Function

Private Function KpiPassed(ByVal since As Double) As Double
    KpiPassed = Timer - since
    If KpiPassed < 0 Then KpiPassed = KpiPassed + SECONDS_A_DAY
End Function
