Attribute VB_Name = "Descriptions"
Option Explicit

' Puts what the functions are for into Excel's function wizard. The words stand in a hidden
' sheet because VBA source cannot hold Vietnamese letters. They are a comfort: when Excel
' does not take them, the functions work all the same.
Public Sub DescribeFunctions()
    Dim words As Variant, row As Long, saved As Boolean
    On Error Resume Next
    saved = ThisWorkbook.Saved
    words = ThisWorkbook.Worksheets("_ham").Range("A1").CurrentRegion.Value
    For row = 2 To UBound(words, 1)
        Application.MacroOptions Macro:=words(row, 1), Description:=words(row, 2), _
            Category:="CCHC", ArgumentDescriptions:=Split(words(row, 3), vbLf)
    Next row
    ThisWorkbook.Saved = saved
End Sub
