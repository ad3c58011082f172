Attribute VB_Name = "KpiRegister"
' Tells Excel's function wizard about the functions.
Option Explicit
Option Private Module

Public Sub KpiRegisterAll()
    ' MacroOptions refuses a hidden workbook, which an add-in is: it shows itself meanwhile.
    Dim wasSaved As Boolean, wasUpdating As Boolean
    wasSaved = ThisWorkbook.Saved
    wasUpdating = Application.ScreenUpdating
    On Error GoTo done
    Application.ScreenUpdating = False
    ThisWorkbook.IsAddin = False
    KpiDescribeAll
done:
    ThisWorkbook.IsAddin = True
    ThisWorkbook.Saved = wasSaved
    Application.ScreenUpdating = wasUpdating
End Sub

Public Sub KpiDescribe(ByVal functionName As String, ByVal text As String, ByVal arguments As Variant)
    If UBound(arguments) < LBound(arguments) Then
        Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & functionName, _
            Description:=text, Category:="KPI"
    Else
        Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & functionName, _
            Description:=text, Category:="KPI", ArgumentDescriptions:=arguments
    End If
End Sub
