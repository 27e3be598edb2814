Option Explicit

Private Sub Workbook_Open()
    DescribeFunctions
End Sub
