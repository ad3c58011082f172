Attribute VB_Name = "KpiReach"
' The one Python that all cells and buttons share: asked, started anew when it has ended, given up
' when it does not start, and found again.
Option Explicit
Option Private Module

Private Const MODULE_OF_FUNCTIONS As String = "udfs.excel.functions"
' In the function wizard a call comes alone; in a calculation the next follows at once.
Private Const ALONE As Double = 0.1
' Seconds until Python is asked again after a failure, doubled each time; and what an answer takes.
Private Const FIRST_WAIT As Double = 30
Private Const LAST_WAIT As Double = 480
Private Const ANSWERS_WITHIN As Double = 10
Private Const SECONDS_A_DAY As Double = 86400

Private python As Object
Private starter As KpiPython
' Why Python cannot be reached, once that is known: no cell tries again for itself.
Private whyNot As String
Private mayComeBack As Boolean
Private isMissed As Boolean
Private isTold As Boolean
Private calledAt As Double
Private isTelling As Boolean
Private waiting As Double

Public Function KpiCall(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim wasThere As Boolean, arguments As Variant, origins As Variant, answer As Variant, moduleName As String
    KpiCall = CVErr(xlErrValue)
    If KpiIsInWizard() Then
        KpiCall = CVErr(xlErrNA)
        Exit Function
    End If
    If whyNot <> "" Then
        isMissed = True
        Exit Function
    End If
    If Not KpiReadRanges(given, arguments, origins) Then Exit Function
    moduleName = KpiModule()
    wasThere = Not python Is Nothing
    On Error GoTo failed
again:
    ' One Python for all workbooks, asked for once: which one it is stands in a file.
    If python Is Nothing Then KpiStartPython
    If Not KpiIsGathered(python, moduleName, functionName, given, arguments, answer) Then
        answer = KpiAsked(python, moduleName, functionName, arguments, origins)
    End If
    KpiCall = KpiResult(answer)
    calledAt = Timer
    isTold = False
    Exit Function
failed:
    Set python = Nothing
    ' One that was there may have been ended since: it is started anew. One that does not start is not
    ' tried again by every cell.
    If wasThere Then
        wasThere = False
        Resume again
    End If
    KpiGiveUp Err.Number, Err.Description
    isMissed = True
    KpiCall = CVErr(xlErrValue)
    calledAt = Timer
End Function

Private Sub KpiStartPython()
    KpiForget
    KpiScatter
    If starter Is Nothing Then Set starter = New KpiPython
    Set python = starter.Server()
End Sub

Private Sub KpiGiveUp(ByVal number As Long, ByVal description As String)
    whyNot = description
    If whyNot = "" Then whyNot = "Python 没有答复。"
    mayComeBack = starter.MayComeBack(number)
End Sub

Private Function KpiIsInWizard() As Boolean
    ' Excel's function wizard calculates at every key.
    If Not isTelling Or Abs(Timer - calledAt) < ALONE Then Exit Function
    KpiIsInWizard = Not KpiHasNew()
End Function

Public Sub KpiLookAround()
    ' Where a policy has taken the button for a new workbook away, it tells nothing of the wizard.
    isTelling = KpiHasNew()
End Sub

Private Function KpiHasNew() As Boolean
    ' While the wizard is open there is no new workbook.
    On Error Resume Next
    KpiHasNew = Application.CommandBars("Standard").Controls(1).Enabled
End Function

Public Sub KpiCalculated()
    ' After each calculation: the next one asks anew; and if a cell found that Python cannot be reached,
    ' it is said, once.
    KpiScatter
    If whyNot = "" Or isTold Then Exit Sub
    isTold = True
    KpiLater "KpiTell", 0
End Sub

Public Sub KpiTell()
    If whyNot = "" Then Exit Sub
    MsgBox "KPI 函数现在算不了，显示 #VALUE!。" & vbLf & vbLf & whyNot & vbLf & vbLf & _
        "修好以后点 KPI 选项卡的“检查安装”，这些单元格会重新计算。", vbExclamation, "KPI"
    If mayComeBack Then KpiAskAgain FIRST_WAIT
End Sub

Private Sub KpiAskAgain(ByVal seconds As Double)
    waiting = seconds
    If waiting <= LAST_WAIT Then KpiLater "KpiAsk", waiting
End Sub

Public Sub KpiAsk()
    ' Python is asked in the background; what it answers is looked at a while later.
    If whyNot = "" Then Exit Sub
    If starter.Problem() = "" Then
        If starter.Ask() = "" Then
            KpiLater "KpiHear", ANSWERS_WITHIN
            Exit Sub
        End If
    End If
    KpiAskAgain 2 * waiting
End Sub

Public Sub KpiHear()
    If whyNot = "" Then Exit Sub
    If starter.Heard(0) = "" Then
        whyNot = ""
        KpiCatchUp
    Else
        KpiAskAgain 2 * waiting
    End If
End Sub

Private Sub KpiLater(ByVal procedure As String, ByVal seconds As Double)
    Application.OnTime Now + seconds / SECONDS_A_DAY, "'" & ThisWorkbook.Name & "'!" & procedure
End Sub

Private Sub KpiCatchUp()
    ' Cells that got nothing for want of Python are calculated anew.
    If Not isMissed Then Exit Sub
    isMissed = False
    Application.CalculateFull
End Sub

Public Sub KpiDo(ByVal control As IRibbonControl, ByVal code As String)
    ' What a button of the tab does, in the Python that the cells have, too.
    Dim number As Long, description As String
    If control Is Nothing Then Exit Sub
    whyNot = ""
    isTold = False
    KpiScatter
    If starter Is Nothing Then Set starter = New KpiPython
    On Error GoTo failed
    #If Not Mac Then
        If Not KpiIsAlive() Then KpiStartPython
    #End If
    starter.Run python, code
    KpiCatchUp
    Exit Sub
failed:
    number = Err.Number
    description = Err.Description
    If starter.IsOurs(number) Then
        MsgBox description, vbCritical, "KPI"
    Else
        MsgBox "Python 没有完成：" & description & vbLf & "请在命令行运行 kpi-xl doctor，它会说明怎么办。", vbCritical, "KPI"
    End If
End Sub

Private Function KpiIsAlive() As Boolean
    Dim found As Object
    On Error GoTo done
    Set found = python.Module("xlwings")
    KpiIsAlive = True
done:
    If Not KpiIsAlive Then Set python = Nothing
End Function

Private Function KpiModule() As String
    ' A day that a formula gives is a bare number, counted as the workbook counts that asks.
    Dim from1904 As Boolean
    KpiModule = MODULE_OF_FUNCTIONS
    ' A macro that asks has no cell.
    On Error Resume Next
    from1904 = Application.Caller.Worksheet.Parent.Date1904
    On Error GoTo 0
    If from1904 Then KpiModule = MODULE_OF_FUNCTIONS & "1904"
End Function
