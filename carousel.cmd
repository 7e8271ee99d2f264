@rem The command `carousel` from a checkout: finds a JDK 25, builds what is not built yet, runs.
@setlocal
@call "%~dp0scripts\find-jdk.cmd" || exit /b 1
@rem target\built carries the time at which the last build of the command began.
@powershell -noprofile -command ^
  "$built = Get-Item '%~dp0app\target\built' -ErrorAction SilentlyContinue;" ^
  "if (-not $built -or -not (Test-Path '%~dp0app\target\carousel.jar')) { exit 1 }" ^
  "$sources = 'core','simd','tasks','interop','app' | ForEach-Object { '%~dp0' + $_ + '\src\main'; '%~dp0' + $_ + '\pom.xml' };" ^
  "$newer = Get-ChildItem -Recurse ($sources + '%~dp0pom.xml') | Where-Object { $_.LastWriteTime -gt $built.LastWriteTime } | Select-Object -First 1;" ^
  "if ($newer) { exit 1 }"
@if errorlevel 1 (
  echo carousel: building, about half a minute, longer the first time, while Maven fetches what it needs ... 1>&2
  call "%~dp0mvnw.cmd" -B -q -Dfast -Dmaven.test.skip=true -f "%~dp0pom.xml" -pl app -am package 1>&2 || exit /b 1
)
@"%JAVA_HOME%\bin\java" -XX:+UseSerialGC --add-modules=jdk.incubator.vector -jar "%~dp0app\target\carousel.jar" %*
@exit /b %ERRORLEVEL%
