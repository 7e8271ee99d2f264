# For benchmarks/speed: finds a Java 25 as $java, compiles what is missing or
# older than its sources, and leaves the class path in $classpath.

find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-/none}/bin/java" "$(command -v java || true)" \
      /usr/lib/jvm/*25*/bin/java "$HOME"/.sdkman/candidates/java/25*/bin/java; do
    if [[ -x "$candidate" ]] && "$candidate" -version 2>&1 | grep -q 'version "25'; then
      echo "$candidate"
      return
    fi
  done
  echo "No Java 25 was found: set JAVA_HOME to one." >&2
  exit 2
}

# build PROFILES [arguments of the caller]: PROFILES name the peers to build, --build forces it.
build() {
  local profiles=$1 list=$root/benchmarks/target/classpath.txt stale=0 modules=benchmarks peer
  shift
  java=$(find_java)
  [[ -f "$list" ]] || stale=1
  [[ " $* " == *" --build "* ]] && stale=1
  if [[ $stale == 0 && -n $(find "$root"/{core,simd,tasks,app,benchmarks} \
      \( -name '*.java' -o -name pom.xml \) -newer "$list" -print -quit) ]]; then
    stale=1
  fi
  case $profiles in
    *heavy*) set -- pytorch onnxruntime onednn tensorflow dl4j ;;
    peers) set -- pytorch onnxruntime onednn ;;
    *) set -- ;;
  esac
  for peer in "$@"; do
    modules+=,benchmarks/peers/$peer
    [[ -f "$root/benchmarks/peers/$peer/target/classpath.txt" ]] || stale=1
  done
  if [[ $stale == 1 ]]; then
    local maven=$root/mvnw
    [[ -x "$maven" ]] || maven=mvn
    (cd "$root" && JAVA_HOME=$(dirname "$(dirname "$java")") \
      "$maven" -q -B -Dfast ${profiles:+-P "$profiles"} -pl "$modules" -am process-classes >&2)
    touch "$list"
  fi
  classpath=$root/benchmarks/target/classes:$(cat "$list")
}
