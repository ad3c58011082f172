Attribute VB_Name = "KpiRibbon"
' What the buttons of the KPI tab call. Each takes the button that was pressed, which nothing but the
' tab can hand over: no cell, no shape on a sheet, no other macro.
Option Explicit

Public Sub KpiRefresh(control As IRibbonControl)
    KpiRun control, "refresh()"
End Sub

Public Sub KpiUndo(control As IRibbonControl)
    KpiRun control, "undo()"
End Sub

Public Sub KpiFill(control As IRibbonControl)
    KpiRun control, "fill('" & KpiUnits(control.Tag) & "')"
End Sub

Public Sub KpiDistribute(control As IRibbonControl)
    Dim level As String
    level = InputBox("发给哪一级，如 营业部、营业组、个人；按模板通常的层级请不要改：", "KPI", "通常")
    If level = "" Then Exit Sub
    KpiRun control, "distribute('" & KpiUnits(control.Tag) & "', '" & KpiUnits(level) & "')"
End Sub

Public Sub KpiCollect(control As IRibbonControl)
    KpiRun control, "collect()"
End Sub

Public Sub KpiDiagnose(control As IRibbonControl)
    KpiRun control, "diagnose()"
End Sub

Public Sub KpiImportFiles(control As IRibbonControl)
    KpiRun control, "import_files()"
End Sub

Public Sub KpiCheckData(control As IRibbonControl)
    KpiRun control, "check()"
End Sub

Public Sub KpiDoctor(control As IRibbonControl)
    KpiRun control, "doctor()"
End Sub

Public Sub KpiExplain(control As IRibbonControl)
    KpiRun control, "explain()"
End Sub

Public Sub KpiFormulas(control As IRibbonControl)
    KpiRun control, "formulas()"
End Sub

Public Sub KpiHelpPage(control As IRibbonControl)
    KpiRun control, "help()"
End Sub

Public Sub KpiSettings(control As IRibbonControl)
    Dim folder As String, month As String
    #If Mac Then
        folder = InputBox("项目文件夹（kpi.toml 所在的文件夹）的完整路径：", "KPI")
    #Else
        With Application.FileDialog(4)
            .Title = "选择项目文件夹（kpi.toml 所在的文件夹）"
            .AllowMultiSelect = False
            If .Show = -1 Then folder = .SelectedItems(1)
        End With
    #End If
    If folder = "" Then Exit Sub
    month = InputBox("月份，如 2024-06；留空则为有数据的最后一个月：", "KPI")
    ' Cancelled, there is no text at all, which is not the same as an empty one.
    If StrPtr(month) = 0 Then Exit Sub
    KpiRun control, "settings('" & KpiUnits(folder) & "', '" & KpiUnits(month) & "')"
End Sub

Private Sub KpiRun(ByVal control As IRibbonControl, ByVal command As String)
    ' Texts in a command are hexadecimal, so that none of them can be more than a text.
    If control Is Nothing Then Exit Sub
    If ActiveWorkbook Is Nothing Then
        MsgBox "请先打开或新建一个工作簿。", vbInformation, "KPI"
        Exit Sub
    End If
    KpiDo control, "from udfs import macros; macros." & command
End Sub

#If Mac Then
Private Sub CleanUp()
    ' xlwings calls this when its Python has ended.
    Dim number As Integer, file As String, row As String, text As String
    Application.StatusBar = False
    On Error GoTo done
    file = Environ("HOME") & "/xlwings.log"
    number = FreeFile
    Open file For Input As #number
    Do While Not EOF(number)
        Line Input #number, row
        text = text & row & vbLf
    Loop
    Close #number
    Kill file
    If text <> "" Then MsgBox text, vbCritical, "KPI"
done:
End Sub
#End If
