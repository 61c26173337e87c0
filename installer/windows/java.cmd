@echo off
rem Finds a Java runtime 25 or newer: beside this file in "runtime", by JAVA_HOME, or on the PATH. Sets JAVA_EXE and JVM_DLL.
set "JAVA_EXE="
if exist "%~dp0runtime\bin\java.exe" set "JAVA_EXE=%~dp0runtime\bin\java.exe"
if not defined JAVA_EXE if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "JAVA_EXE=%JAVA_HOME%\bin\java.exe"
if not defined JAVA_EXE for %%J in (java.exe) do set "JAVA_EXE=%%~$PATH:J"
if not defined JAVA_EXE goto missing
set "JAVA_VERSION_="
for /f "tokens=3" %%V in ('""%JAVA_EXE%" -version 2^>^&1" ^| findstr /i " version "') do if not defined JAVA_VERSION_ set "JAVA_VERSION_=%%~V"
for /f "delims=.-+ tokens=1" %%M in ("%JAVA_VERSION_%") do if %%M GEQ 25 goto found
echo drawbridge: %JAVA_EXE% is Java %JAVA_VERSION_%, and 25 or newer is needed.>&2
:missing
echo drawbridge: no Java 25. Fix: install one, such as Eclipse Temurin 25 (JRE or JDK), set JAVA_HOME, or unpack one into "%~dp0runtime".>&2
exit /b 1
:found
for %%J in ("%JAVA_EXE%") do set "JVM_DLL=%%~dpJserver\jvm.dll"
exit /b 0
