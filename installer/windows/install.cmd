@echo off
rem Makes the service @SERVICE@ and the folders of its settings and state. Run as administrator. Nothing is started.
setlocal
set "HOME_=%~dp0"
set "DATA=%ProgramData%\Drawbridge\@NAME@"
net session >nul 2>&1 || (echo drawbridge: start this as administrator.>&2& exit /b 1)
call "%HOME_%java.cmd" || exit /b 1

rem Settings for administrators and the service to read; state for the service to write; nobody else looks into either.
mkdir "%DATA%\secrets" 2>nul
mkdir "%DATA%\state" 2>nul
icacls "%DATA%" /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" "*S-1-5-19:(OI)(CI)RX" >nul || exit /b 1
icacls "%DATA%\state" /grant:r "*S-1-5-19:(OI)(CI)M" >nul || exit /b 1

rem In the JVM of the service, so that stopping it drains: calls under way are finished first.
"%HOME_%prunsrv.exe" //IS//@SERVICE@ --DisplayName="Drawbridge @NAME@" --Description="@SUMMARY@" ^
  --Startup=auto --ServiceUser="NT AUTHORITY\LocalService" --DependsOn=Tcpip ^
  --Jvm="%JVM_DLL%" --Classpath="%HOME_%lib\*" --JvmMx=512 --JvmOptions="@SERVICEOPTIONS@" ^
  --StartMode=jvm --StartClass=drawbridge.@NAME@.Main --StartMethod=serve --StartParams="--config#%DATA%\@NAME@.yaml" ^
  --StopMode=jvm --StopClass=drawbridge.@NAME@.Main --StopMethod=stop --StopTimeout=30 ^
  --LogPath="%DATA%\state\logs" --LogPrefix=service --StdOutput=auto --StdError=auto || exit /b 1
sc failure @SERVICE@ reset= 3600 actions= restart/5000/restart/30000/restart/60000 >nul

echo The service @SERVICE@ is there and not started. Next:
echo   1. drawbridge init --into "%DATA%"
echo   2. drawbridge check --config "%DATA%\@NAME@.yaml"
echo   3. sc start @SERVICE@
exit /b 0
