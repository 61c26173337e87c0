# Sourced by package.sh: a zip for Windows of what stage.sh has laid out, without the Linux runtime and native code.

# Apache Commons Daemon from Maven Central, which the build has downloaded with its tests' libraries.
commons_daemon() {
  local version
  version=$(sed -n 's/.*<commons-daemon.version>\(.*\)<\/commons-daemon.version>.*/\1/p' "$root/pom.xml")
  printf '%s/commons-daemon/commons-daemon/%s/commons-daemon-%s-bin-windows.zip' "$(repository "$root/agent/target/dependencies.classpath")" "$version" "$version"
}

# Fills the templates for Windows; cmd.exe wants its own line ends.
windows_files() {
  local name=$1 into=$2 file service=Drawbridge${1^} options
  options="$(jvm_options) -Ddrawbridge.packaged=true"
  for file in drawbridge.cmd java.cmd install.cmd uninstall.cmd README.txt; do
    fill "$name" "$root/installer/windows/$file" |
      sed -e "s|@OPTIONS@|-Xmx512m $options|" -e "s|@SERVICEOPTIONS@|${options// /;}|" -e "s/@SERVICE@/$service/g" -e 's/$/\r/' >"$into/$file"
  done
}

pack_zip() {
  local name=$1 file=drawbridge-$1-$version-windows-x86_64.zip daemon tree=$work/$1.windows top=drawbridge-$1-$version jar
  daemon=$(commons_daemon)
  if [ ! -r "$daemon" ]; then
    say "drawbridge-$name: no .zip for Windows (skipped: ${daemon##*/} was not downloaded)"
    return
  fi
  mkdir -p "$tree/$top/lib"
  for jar in "$work/$name/usr/lib/drawbridge-$name"/lib/*.jar; do
    case ${jar##*/} in
      *-linux-*.jar) ;;
      *) cp -a "$jar" "$tree/$top/lib/" ;;
    esac
  done
  windows_files "$name" "$tree/$top"
  cp -a "$work/$name/usr/share/doc/drawbridge-$name" "$tree/$top/doc"
  (
    cd "$tree" && "$JAVA_HOME/bin/jar" --extract --file "$daemon" amd64/prunsrv.exe LICENSE.txt NOTICE.txt
    mv amd64/prunsrv.exe "$top/prunsrv.exe"
    mv LICENSE.txt "$top/LICENSE-commons-daemon.txt"
    mv NOTICE.txt "$top/NOTICE-commons-daemon.txt"
    rmdir amd64
  )
  "$JAVA_HOME/bin/jar" --create --no-manifest --file "$out/$file" --date "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" -C "$tree" "$top"
  echo "$file" >>"$work/made"
  rm -rf "$tree"
}
