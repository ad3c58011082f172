@echo off
rem Takes away what was installed for whoever runs it; projects and other add-ins stay.
setlocal DisableDelayedExpansion
set "TO=%LOCALAPPDATA%\kpi_xl"
set "APP=%TO%\app"
set "XLAM=%APPDATA%\Microsoft\Excel\XLSTART\kpi_xl.xlam"
set "QUIET="
if /i "%~1"=="/quiet" set "QUIET=yes"

:wait
if not exist "%XLAM%" goto remove
2>nul (>>"%XLAM%" rem) && goto remove
if defined QUIET goto busy
echo 请关闭所有 Excel 窗口，再按任意键继续。
pause >nul
goto wait

:remove
if exist "%APP%\python.exe" "%APP%\python.exe" -P -B -m kpi_xl.cli addin uninstall
rem Without its Python the add-in's own files are still taken away.
if exist "%XLAM%" del /q "%XLAM%"
if exist "%USERPROFILE%\.kpi_xl\kpi_xl.conf" del /q "%USERPROFILE%\.kpi_xl\kpi_xl.conf"
for %%D in (app app.new app.old) do if exist "%TO%\%%D" rd /s /q "%TO%\%%D"
for %%F in (kpi-xl.cmd sample.xlsx install.log) do if exist "%TO%\%%F" del /q "%TO%\%%F"
if exist "%TO%" rd "%TO%" 2>nul
if exist "%APP%" goto failed
echo 卸载好了。项目文件夹和做好的表都没有动。
if not defined QUIET pause
exit /b 0

:busy
echo Excel 正开着，没有卸载。
exit /b 3

:failed
echo 没有卸载干净：%APP% 正在使用。请关闭 Excel 和导入向导，再双击一次。
if not defined QUIET pause
exit /b 2
