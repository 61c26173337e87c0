@echo off
rem Runs the @NAME@; its arguments are those of docs/@NAME@.md, such as: drawbridge check --config @NAME@.yaml
setlocal
set "HOME_=%~dp0"
call "%HOME_%java.cmd" || exit /b 1
"%JAVA_EXE%" @OPTIONS@ -cp "%HOME_%lib\*" drawbridge.@NAME@.Main %*
exit /b %ERRORLEVEL%
