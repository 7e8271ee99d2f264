@rem Called by mvnw.cmd and carousel.cmd: sets JAVA_HOME to a JDK 25, or says how to get one and fails.
@call :try "%JAVA_HOME%" && exit /b 0
@for /d %%D in (
  "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\*"
  "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*"
  "%LOCALAPPDATA%\Programs\Eclipse Adoptium\*" "%USERPROFILE%\.jdks\*" "%USERPROFILE%\.gradle\jdks\*"
  "%USERPROFILE%\scoop\apps\temurin25-jdk\current*" "%USERPROFILE%\scoop\apps\openjdk25\current*"
) do @call :try "%%~D" && exit /b 0
@for /f "delims=" %%J in ('where javac 2^>nul') do @call :try "%%~dpJ.." && exit /b 0
@echo Carousel needs a JDK 25 and found none in JAVA_HOME, in the usual folders or on the PATH: install one, for example from https://adoptium.net or with 'winget install EclipseAdoptium.Temurin.25.JDK', and set JAVA_HOME to it if it lies elsewhere. 1>&2
@exit /b 1

:try
@if not exist "%~1\bin\javac.exe" exit /b 1
@if not exist "%~1\release" exit /b 1
@findstr /r /c:"^JAVA_VERSION=.25[^0-9]" "%~1\release" >nul || exit /b 1
@set "JAVA_HOME=%~f1"
@exit /b 0
