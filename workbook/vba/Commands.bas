Attribute VB_Name = "Commands"
Option Explicit
' One line a command: it calls one Python entry, which calls one step. No rules here.
' A button of the ribbon has its macro's name as its id (ribbon.xml).

Public Sub LoadDecisions()
    RunPython "from cchc_xl.excel import commands; commands.load_decisions()"
End Sub

Public Sub MakeForms()
    RunPython "from cchc_xl.excel import commands; commands.make_forms()"
End Sub

Public Sub OpenInbox()
    RunPython "from cchc_xl.excel import commands; commands.open_inbox()"
End Sub

Public Sub Consolidate()
    RunPython "from cchc_xl.excel import commands; commands.consolidate()"
End Sub

Public Sub MakeMonitoring()
    RunPython "from cchc_xl.excel import commands; commands.make_monitoring()"
End Sub

Public Sub MakeReport()
    RunPython "from cchc_xl.excel import commands; commands.make_report()"
End Sub

Public Sub ExportPdf()
    RunPython "from cchc_xl.excel import commands; commands.export_pdf()"
End Sub

Public Sub ShowBoard()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.show_board()"
End Sub

Public Sub SendForms()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.send_forms()"
End Sub

Public Sub SendReminders()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.send_reminders()"
End Sub

Public Sub FetchMail()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.fetch_mail()"
End Sub

Public Sub SendFeedback()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.send_feedback()"
End Sub

Public Sub SendResults()
    RunPython "from cchc_xl.excel import mail_commands; mail_commands.send_results()"
End Sub

Public Sub MakeFeedback()
    RunPython "from cchc_xl.excel import commands; commands.make_feedback()"
End Sub

Public Sub MakeHandouts()
    RunPython "from cchc_xl.excel import commands; commands.make_handouts()"
End Sub

Public Sub CheckComputer()
    RunPython "from cchc_xl.excel import commands; commands.check_computer()"
End Sub

Public Sub OpenTemplates()
    RunPython "from cchc_xl.excel import commands; commands.open_templates()"
End Sub

Public Sub OpenGuide()
    RunPython "from cchc_xl.excel import commands; commands.open_guide()"
End Sub

' With two masters open Excel may ask either of them; the tab belongs to the active one.
Public Sub CchcOnRibbon(control As IRibbonControl)
    Application.Run "'" & Replace(ActiveWorkbook.Name, "'", "''") & "'!" & control.Id
End Sub
