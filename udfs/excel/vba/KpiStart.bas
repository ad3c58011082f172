Attribute VB_Name = "KpiStart"
' What happens when Excel opens the add-in.
Option Explicit

Public Sub KpiOpened()
    KpiRegisterAll
    KpiLookAround
    #If Not Mac Then
        Dim python As New KpiPython
        If python.Problem() <> "" Then MsgBox python.Problem(), vbExclamation, "KPI"
    #End If
End Sub
