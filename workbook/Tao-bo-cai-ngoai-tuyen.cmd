@echo off
rem Makes the folder offline\ on a machine with internet; then carry this whole folder on a USB
rem stick and run Cai-dat-CCHC.cmd on machines without internet.
call "%~dp0Cai-dat-CCHC.cmd" --make-offline
