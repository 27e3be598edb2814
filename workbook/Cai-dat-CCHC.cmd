@echo off
rem Installs CCHC-XL: finds a Python or installs one for this user, then cai_dat.py does the rest.
rem
rem This file is ASCII but for its very last line: cmd.exe loses its place in a file after
rem letters of several bytes. What an officer reads stands in two text files. There are no blocks
rem and no delayed expansion, so that brackets and other signs in folder names do no harm.
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
set "PYTHONUTF8=1"
set "PYTHONHOME="
set "PYTHONPATH="
set "HERE=%~dp0"
set "VERSION=3.12.10"
set "RESULT=1"
title CCHC-XL
if not exist "%HERE%cai_dat.py" goto not_unpacked
if not exist "%HERE%cai-dat.txt" goto not_unpacked

rem The wheels of an offline set fit one version of Python only.
set "EXACT="
if exist "%HERE%offline" set "EXACT=--exact"
if "%~1"=="--make-offline" set "EXACT=--exact"

type "%HERE%cai-dat.txt"
call :find_python
if not defined PYTHON call :install_python
if not defined PYTHON call :find_python
if not defined PYTHON goto no_python
"%PYTHON%" -I "%HERE%cai_dat.py" %*
set "RESULT=%ERRORLEVEL%"
goto finished

:no_python
type "%HERE%khong-co-python.txt"
:finished
pause >nul
exit /b %RESULT%

rem ---------------------------------------------------------------- looking for Python

:find_python
set "PYTHON="
for %%v in (3.12 3.13 3.14 3.11) do call :try_launcher %%v
for %%v in (312 313 314 311) do call :try "%LOCALAPPDATA%\Programs\Python\Python%%v\python.exe"
for %%v in (312 313 314 311) do call :try "%ProgramFiles%\Python%%v\python.exe"
for %%v in (312 313 314 311) do call :try "%SystemDrive%\Python%%v\python.exe"
set "FOLDERS=%PATH:"=%"
for %%d in ("%FOLDERS:;=" "%") do call :try "%%~d\python.exe"
exit /b 0

:try_launcher
if defined PYTHON exit /b 0
set "FOUND="
for /f "delims=" %%p in ('py -%~1 -c "import sys; print(sys.executable)" 2^>nul') do set "FOUND=%%p"
if defined FOUND call :try "%FOUND%"
exit /b 0

rem The Microsoft Store's python.exe is only a signpost to the Store, or a Python whose folders
rem Excel cannot see. What else a Python must have, cai_dat.py knows.
:try
if defined PYTHON exit /b 0
set "CANDIDATE=%~1"
if not exist "%CANDIDATE%" exit /b 0
if not "%CANDIDATE:\WindowsApps\=%"=="%CANDIDATE%" exit /b 0
"%CANDIDATE%" -I "%HERE%cai_dat.py" --usable %EXACT% >nul 2>nul
if "%ERRORLEVEL%"=="0" set "PYTHON=%CANDIDATE%"
exit /b 0

rem -------------------------------------------- installing Python, without admin rights

:install_python
set "SETUP=%HERE%offline\python-%VERSION%-amd64.exe"
if exist "%SETUP%" goto run_setup
if exist "%HERE%offline" exit /b 1
winget --version >nul 2>nul || goto download
winget install --id Python.Python.3.12 --exact --scope user --silent --accept-package-agreements --accept-source-agreements
call :find_python
if defined PYTHON exit /b 0

:download
set "SETUP=%TEMP%\python-%VERSION%-amd64.exe"
curl.exe --fail --location --silent --show-error --output "%SETUP%" "https://www.python.org/ftp/python/%VERSION%/python-%VERSION%-amd64.exe" || exit /b 1

:run_setup
powershell -NoProfile -Command "if ((Get-AuthenticodeSignature -LiteralPath $env:SETUP).Status -ne 'Valid') { exit 1 }" || exit /b 1
"%SETUP%" /quiet InstallAllUsers=0 Include_launcher=0 PrependPath=0 Include_test=0
exit /b 0

:not_unpacked
echo Hãy giải nén toàn bộ tệp .zip ra một thư mục rồi chạy Cai-dat-CCHC.cmd trong thư mục đó. & pause >nul & exit /b 1
