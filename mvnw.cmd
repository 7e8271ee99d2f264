@rem Maven on a JDK 25 that it finds by itself. The Apache Maven Wrapper, unchanged, lies in scripts\maven.
@setlocal
@call "%~dp0scripts\find-jdk.cmd" || exit /b 1
@set "MAVEN_OPTS=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1 %MAVEN_OPTS%"
@call "%~dp0scripts\maven\mvnw.cmd" %*
@exit /b %ERRORLEVEL%
