# Sourced by ./mvnw and ./carousel: exports a JAVA_HOME that is a JDK 25, or says how to get one and
# returns 1.
# POSIX sh. The release file tells the version without starting a JVM.

is_jdk_25() {
  [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[".+-]' "$1/release" 2>/dev/null
}

find_jdk_25() {
  # JAVA_HOME; Linux; macOS, Homebrew; SDKMAN, IntelliJ, Gradle, mise, asdf
  for jdk in "${JAVA_HOME:-}" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk@25 /usr/local/opt/openjdk@25 /home/linuxbrew/.linuxbrew/opt/openjdk@25 \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* \
    "$HOME"/.local/share/mise/installs/java/* "$HOME"/.asdf/installs/java/*; do
    if is_jdk_25 "$jdk"; then
      printf '%s\n' "$jdk"
      return 0
    fi
    if is_jdk_25 "$jdk/libexec/openjdk.jdk/Contents/Home"; then
      printf '%s\n' "$jdk/libexec/openjdk.jdk/Contents/Home"
      return 0
    fi
  done
  # Somewhere else, but on the PATH.
  jdk=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  if [ -n "$jdk" ] && is_jdk_25 "$jdk"; then
    printf '%s\n' "$jdk"
    return 0
  fi
  return 1
}

if ! jdk=$(find_jdk_25); then
  echo "Carousel needs a JDK 25 and found none in JAVA_HOME, in the usual folders or on the PATH: install one, for example from https://adoptium.net or with 'apt install openjdk-25-jdk', 'brew install openjdk@25' or 'sdk install java 25-tem', and set JAVA_HOME to it if it lies elsewhere." >&2
  # From a shell in which somebody works it was sourced, too: that one stays open.
  return 1
fi
JAVA_HOME=$jdk
export JAVA_HOME
