Attribute VB_Name = "KpiText"
' Text outside ASCII: VBA source has a code page, so the build writes such text as code units.
Option Explicit
Option Private Module

Public Function KpiChars(ByVal units As String) As String
    ' From four hexadecimal digits a UTF-16 code unit to text.
    Dim i As Long
    For i = 1 To Len(units) Step 4
        KpiChars = KpiChars & ChrW(CLng("&H" & Mid(units, i, 4)))
    Next i
End Function

Public Function KpiUnits(ByVal text As String) As String
    ' From text to four hexadecimal digits a UTF-16 code unit: safe in any Python command.
    Dim i As Long
    For i = 1 To Len(text)
        KpiUnits = KpiUnits & Right("000" & Hex(CLng(AscW(Mid(text, i, 1))) And &HFFFF&), 4)
    Next i
End Function
