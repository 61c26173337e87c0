@echo off
rem Stops and removes the service @SERVICE@. Settings and state stay; with "purge" they go too.
setlocal
set "HOME_=%~dp0"
set "DATA=%ProgramData%\Drawbridge\@NAME@"
net session >nul 2>&1 || (echo drawbridge: start this as administrator.>&2& exit /b 1)
"%HOME_%prunsrv.exe" //SS//@SERVICE@ >nul 2>&1
"%HOME_%prunsrv.exe" //DS//@SERVICE@ || exit /b 1
if /i "%~1"=="purge" rmdir /s /q "%DATA%"
if not exist "%DATA%" exit /b 0
echo Settings and the audit log are still in "%DATA%".
exit /b 0
