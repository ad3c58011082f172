Attribute VB_Name = "KpiRibbon"
' What the buttons of the KPI tab call.
Option Explicit

Public Sub KpiRefresh(control As IRibbonControl)
    KpiRun "refresh()"
End Sub

Public Sub KpiUndo(control As IRibbonControl)
    KpiRun "undo()"
End Sub

Public Sub KpiFill(control As IRibbonControl)
    KpiRun "fill('" & KpiUnits(control.Tag) & "')"
End Sub

Public Sub KpiDistribute(control As IRibbonControl)
    Dim level As String
    level = InputBox("发给哪一级，如 营业部、营业组、个人；按模板通常的层级请不要改：", "KPI", "通常")
    If level = "" Then Exit Sub
    KpiRun "distribute('" & KpiUnits(control.Tag) & "', '" & KpiUnits(level) & "')"
End Sub

Public Sub KpiCollect(control As IRibbonControl)
    KpiRun "collect()"
End Sub

Public Sub KpiDiagnose(control As IRibbonControl)
    KpiRun "diagnose()"
End Sub

Public Sub KpiCheckData(control As IRibbonControl)
    KpiRun "check()"
End Sub

Public Sub KpiDoctor(control As IRibbonControl)
    KpiRun "doctor()"
End Sub

Public Sub KpiExplain(control As IRibbonControl)
    KpiRun "explain()"
End Sub

Public Sub KpiHelpPage(control As IRibbonControl)
    KpiRun "help()"
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
    KpiRun "settings('" & KpiUnits(folder) & "', '" & KpiUnits(month) & "')"
End Sub

Private Sub KpiRun(ByVal command As String)
    If ActiveWorkbook Is Nothing Then
        MsgBox "请先打开或新建一个工作簿。", vbInformation, "KPI"
        Exit Sub
    End If
    KpiForget
    RunPython "from udfs import macros; macros." & command
End Sub
