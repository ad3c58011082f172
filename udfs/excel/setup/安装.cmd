@echo off
rem Installs kpi_xl for whoever runs it: no administrator, no internet, nothing to type.
rem Run it again to update. /quiet asks nothing and opens nothing, as for a logon script.
setlocal DisableDelayedExpansion
set "FROM=%~dp0"
set "TO=%LOCALAPPDATA%\kpi_xl"
set "APP=%TO%\app"
set "NEW=%TO%\app.new"
set "LOG=%TO%\install.log"
set "XLAM=%APPDATA%\Microsoft\Excel\XLSTART\kpi_xl.xlam"
set "QUIET="
if /i "%~1"=="/quiet" set "QUIET=yes"
echo KPI 加载项 @VERSION@：安装到本人的 Excel，不需要管理员权限，不上网。
echo.

rem Out of a zip that was not unpacked, Windows takes this one file only.
set "STEP=找安装包：请先把整个压缩包解压（右键，全部解压缩），再双击里面的 安装.cmd"
if not exist "%FROM%wheels\@PIP@" goto failed
set "STEP=找 Python @PYTHON@：请 IT 把它的嵌入包解压到 %FROM%python，见 说明.txt"
if not exist "%FROM%python\python.exe" goto failed
if not exist "%FROM%python\python@TAG@.dll" goto failed

:wait
rem What Excel has open cannot be written to.
if not exist "%XLAM%" goto copy
2>nul (>>"%XLAM%" rem) && goto copy
if defined QUIET goto busy
echo 请关闭所有 Excel 窗口，再按任意键继续。
pause >nul
goto wait

:copy
set "STEP=复制 Python 到 %NEW%"
echo [1/4] 复制 Python
if exist "%NEW%" rd /s /q "%NEW%"
if exist "%NEW%" goto failed
xcopy "%FROM%python" "%NEW%" /E /I /Y /Q >nul
if errorlevel 1 goto failed
rem The package that Python is handed out in takes no components before this file says where.
set "PATHS=%NEW%\python@TAG@._pth"
>"%PATHS%" echo python@TAG@.zip
>>"%PATHS%" echo .
>>"%PATHS%" echo Lib\site-packages
>>"%PATHS%" echo import site

echo [2/4] 安装组件，一两分钟
set "STEP=安装组件：看 %LOG%"
"%NEW%\python.exe" "%FROM%wheels\@PIP@\pip" install --isolated --no-index --find-links "%FROM%wheels" --no-cache-dir --no-warn-script-location --disable-pip-version-check "kpi_xl[desk]==@VERSION@" >"%LOG%" 2>&1
if errorlevel 1 goto failed

set "STEP=换上新的版本：请关闭 Excel 和导入向导，再双击一次"
if exist "%TO%\app.old" rd /s /q "%TO%\app.old"
if exist "%APP%" ren "%APP%" app.old
if exist "%APP%" goto failed
ren "%NEW%" app
if not exist "%APP%\python.exe" goto failed
if exist "%TO%\app.old" rd /s /q "%TO%\app.old"
>"%TO%\kpi-xl.cmd" echo @"%%~dp0app\python.exe" -P -m kpi_xl.cli %%*

echo [3/4] 装进 Excel
set "STEP=装进 Excel：看上面的提示"
set "PROJECT="
if exist "%FROM%project.txt" for /f "usebackq delims=" %%P in ("%FROM%project.txt") do set "PROJECT=%%P"
if defined PROJECT goto with_project
"%APP%\python.exe" -P -B -m kpi_xl.cli addin install --file "%FROM%kpi_xl.xlam"
if errorlevel 1 goto failed
goto check
:with_project
"%APP%\python.exe" -P -B -m kpi_xl.cli --project "%PROJECT%" addin install --file "%FROM%kpi_xl.xlam"
if errorlevel 1 goto failed

:check
echo [4/4] 检查
"%APP%\python.exe" -P -B -m kpi_xl.cli doctor
echo.
echo 装好了。打开 Excel，应当看到 KPI 选项卡；升级时再双击一次这个文件。
if defined QUIET exit /b 0
copy /y "%FROM%sample.xlsx" "%TO%\sample.xlsx" >nul
start "" "%TO%\sample.xlsx"
pause
exit /b 0

:busy
echo Excel 正开着，没有安装。
exit /b 3

:failed
echo.
echo 没有装好。停在：%STEP%
if not defined QUIET pause
exit /b 2
