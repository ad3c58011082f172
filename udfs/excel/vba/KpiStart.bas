Attribute VB_Name = "KpiStart"
' What happens when Excel opens the add-in.
Option Explicit

Public Sub KpiOpened()
    KpiRegister
    #If Not Mac Then
        Dim problem As String
        problem = KpiProblem()
        If problem <> "" Then MsgBox problem, vbExclamation, "KPI"
    #End If
End Sub

Public Sub KpiRegister()
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

Private Function KpiProblem() As String
    ' Why the functions cannot work; empty when nothing is wrong. It looks at files only.
    Dim interpreter As String, dll As String
    interpreter = GetConfig("INTERPRETER_WIN", "")
    #If Win64 Then
        dll = "xlwings64-" & XLWINGS_VERSION & ".dll"
    #Else
        dll = "xlwings32-" & XLWINGS_VERSION & ".dll"
    #End If
    If interpreter = "" Then
        KpiProblem = "KPI 加载项还没有装好：请关闭 Excel，在命令行运行 kpi-xl addin install。"
    ElseIf Not FileExists(interpreter) Then
        KpiProblem = "KPI 加载项找不到 Python：" & interpreter & vbLf & _
            "请关闭 Excel，在命令行运行 kpi-xl addin install。"
    ElseIf Not FileExists(ParentFolder(interpreter) & "\" & dll) _
        And Not FileExists(ParentFolder(ParentFolder(interpreter)) & "\" & dll) Then
        KpiProblem = "KPI 加载项要用 xlwings " & XLWINGS_VERSION & "，这个 Python 里没有（找不到 " & dll & "）。" & vbLf & _
            "请关闭 Excel，在命令行运行 pip install xlwings==" & XLWINGS_VERSION & _
            " 和 kpi-xl addin install。"
    End If
End Function
