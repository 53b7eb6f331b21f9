# Finds a JDK 25 or newer for the launchers `heddle` and `build`, which source this file.
# heddle_find_jdk sets and exports JAVA_HOME, or prints one line on stderr and returns 1.
# POSIX sh; starts no process unless an installation has no `release` file.

heddle_least_java=25

# The feature version of the JDK in directory $1, in $heddle_version; fails when there is no JDK.
heddle_jdk_version() {
  heddle_version=
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r heddle_line || [ -n "$heddle_line" ]; do
      case $heddle_line in
        JAVA_VERSION=*)
          heddle_version=${heddle_line#*\"}
          heddle_version=${heddle_version%%[!0-9]*}
          ;;
      esac
    done <"$1/release"
  fi
  if [ -z "$heddle_version" ]; then
    heddle_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9][0-9]*\).*/\1/p' | head -n 1)
  fi
  [ -n "$heddle_version" ]
}

heddle_find_jdk() {
  heddle_on_path=$(command -v java 2>/dev/null || true)
  if [ -n "$heddle_on_path" ]; then
    heddle_on_path=$(readlink -f "$heddle_on_path" 2>/dev/null || echo "$heddle_on_path")
    heddle_on_path=${heddle_on_path%/bin/java}
  fi
  heddle_seen=
  for heddle_home in "${JAVA_HOME:-}" "${JDK25_HOME:-}" ${HEDDLE_JDK_DIRS-/usr/lib/jvm/*} \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home "$heddle_on_path"; do
    [ -n "$heddle_home" ] && heddle_jdk_version "$heddle_home" || continue
    if [ "$heddle_version" -ge "$heddle_least_java" ]; then
      JAVA_HOME=$heddle_home
      export JAVA_HOME
      return 0
    fi
    heddle_seen="$heddle_version"
  done
  echo "heddle: needs a JDK $heddle_least_java or newer (found: ${heddle_seen:-none}); install Eclipse Temurin $heddle_least_java from https://adoptium.net/temurin/releases/?version=$heddle_least_java or set JAVA_HOME to one" >&2
  return 1
}

# Removes the description of Envoy's API where what it is made by is newer: Maven makes it only where there is none.
heddle_forget_old_description() {
  heddle_api=$root/xds-api
  heddle_description=$heddle_api/target/classes/io/heddle/xds/api/envoy-api.desc
  if [ -f "$heddle_description" ] &&
    [ -n "$(find "$heddle_api/pom.xml" "$heddle_api/later-fields.xml" -newer "$heddle_description" -print)" ]; then
    rm "$heddle_description"
  fi
}
