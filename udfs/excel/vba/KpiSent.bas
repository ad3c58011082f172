Attribute VB_Name = "KpiSent"
' What goes to Python: a large range goes once, and Python keeps it for as long as it is the same.
Option Explicit
Option Private Module

Private Const MODULE_OF_CALLS As String = "udfs.excel.calls"
' Smaller ones are sent sooner than compared; of larger ones the copies would take too much memory.
Private Const SMALLEST As Long = 200
Private Const LARGEST As Long = 200000
Private Const PLACES As Long = 16

' What the Python of this session has at each place.
Private session As Variant
Private isBegun As Boolean
Private addresses(1 To PLACES) As String
Private kept(1 To PLACES) As Variant
Private latest As Long

Public Sub KpiForget()
    ' Another Python keeps nothing yet.
    Dim place As Long
    isBegun = False
    For place = 1 To PLACES
        addresses(place) = ""
        kept(place) = Empty
    Next place
End Sub

Public Function KpiIsLarge(ByRef values As Variant) As Boolean
    Dim cells As Double
    If Not IsArray(values) Then Exit Function
    cells = CDbl(UBound(values, 1)) * UBound(values, 2)
    KpiIsLarge = cells >= SMALLEST And cells <= LARGEST
End Function

Public Function KpiAsked(ByVal python As Object, ByVal moduleName As String, ByVal functionName As String, ByRef arguments As Variant, ByRef origins As Variant) As Variant
    ' A call of a function; of a range that Python has, only the place is sent.
    Dim sending() As Variant, at() As Variant, i As Long, isKept As Boolean
    ReDim sending(LBound(arguments) To UBound(arguments))
    ReDim at(LBound(arguments) To UBound(arguments))
    For i = LBound(arguments) To UBound(arguments)
        at(i) = 0
        If origins(i) <> "" Then
            isKept = True
            at(i) = KpiPlace(origins(i), arguments(i))
        End If
        If at(i) = 0 Then sending(i) = arguments(i)
        If at(i) = 0 And origins(i) <> "" Then at(i) = latest
    Next i
    If Not isKept Then
        KpiAsked = python.CallUDF(moduleName, functionName, arguments)
        Exit Function
    End If
    If Not isBegun Then
        session = python.CallUDF(MODULE_OF_CALLS, "begun", Array(session))
        isBegun = True
    End If
    KpiAsked = python.CallUDF(MODULE_OF_CALLS, "kept", Array(session, moduleName, functionName, at, sending))
End Function

Private Function KpiPlace(ByVal origin As String, ByRef values As Variant) As Long
    ' Where Python has just these values; 0 where it has not, and is to put them at the latest place.
    ' They are compared, cell by cell: that a cell has been calculated since, Excel tells nobody.
    Dim place As Long
    For place = 1 To PLACES
        If addresses(place) = origin Then
            If KpiAreSame(kept(place), values) Then
                KpiPlace = place
                Exit Function
            End If
            Exit For
        End If
    Next place
    If place <= PLACES Then
        latest = place
    Else
        latest = latest Mod PLACES + 1
    End If
    addresses(latest) = origin
    kept(latest) = values
End Function

Private Function KpiAreSame(ByRef ones As Variant, ByRef others As Variant) As Boolean
    Dim row As Long, column As Long
    If UBound(ones, 1) <> UBound(others, 1) Or UBound(ones, 2) <> UBound(others, 2) Then Exit Function
    For row = 1 To UBound(ones, 1)
        For column = 1 To UBound(ones, 2)
            If Not KpiIsSame(ones(row, column), others(row, column)) Then Exit Function
        Next column
    Next row
    KpiAreSame = True
End Function

Public Function KpiIsSame(ByRef one As Variant, ByRef other As Variant) As Boolean
    If VarType(one) <> VarType(other) Then Exit Function
    If IsError(one) Then
        KpiIsSame = CStr(one) = CStr(other)
    ElseIf IsEmpty(one) Then
        KpiIsSame = True
    Else
        KpiIsSame = one = other
    End If
End Function
