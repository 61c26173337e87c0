# Sourced by package.sh: lays out below $work/NAME what a package of that name installs.

# Our own modules that a package may hold. Everything else of ours is a fault of the build: the other
# program, stand-ins for Service Bus and hosts, sample certificates, tests.
modules() {
  case $1 in
    agent) echo settings audit relay tokens documents traces adapters agent ;;
    gateway) echo settings audit relay tokens documents traces gateway ;;
  esac
}

# The runtime's modules: what jdeps finds in the libraries, less what only their tools use (compilers,
# consoles), and what they find by name alone: EBCDIC and other old character sets, DNS by JNDI,
# signing on by Kerberos.
# java.desktop is for the java.beans that the library for IBM i is built on.
jdk_modules() {
  case $1 in
    agent) echo java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,jdk.charsets,jdk.crypto.cryptoki,jdk.httpserver,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported ;;
    gateway) echo java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.crypto.cryptoki,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported ;;
  esac
}

stage() {
  local name=$1 tree=$work/$1/usr home
  home=$tree/lib/drawbridge-$name
  mkdir -p "$home/bin" "$home/lib" "$tree/bin" "$work/$name/etc/drawbridge/$name/secrets"
  chmod 700 "$work/$name/etc/drawbridge/$name/secrets"
  libraries "$name" "$home/lib"
  only_its_own "$name" "$home/lib"
  runtime "$name" "$home"
  fill "$name" "$linux/start" >"$home/bin/drawbridge-$name"
  chmod 755 "$home/bin/drawbridge-$name"
  ln -s "../lib/drawbridge-$name/bin/drawbridge-$name" "$tree/bin/drawbridge-$name"

  local system=$tree/lib/systemd/system doc=$tree/share/doc/drawbridge-$name
  mkdir -p "$system" "$tree/lib/sysusers.d" "$tree/lib/tmpfiles.d" "$doc/examples" "$tree/share/man/man1"
  fill "$name" "$linux/unit" >"$system/drawbridge-$name.service"
  fill "$name" "$linux/sysusers" >"$tree/lib/sysusers.d/drawbridge-$name.conf"
  fill "$name" "$linux/tmpfiles" >"$tree/lib/tmpfiles.d/drawbridge-$name.conf"
  fill "$name" "$linux/manual" | gzip -9n >"$tree/share/man/man1/drawbridge-$name.1.gz"
  fill "$name" "$linux/copyright" >"$doc/copyright"
  cp "$root/NOTICE" "$doc/NOTICE"
  cp "$linux/$name.yaml" "$doc/examples/$name.yaml"
  settle "$work/$name"
}

# In one line.
jvm_options() {
  grep -v '^#' "$root/installer/jvm.options" | paste -sd ' '
}

# Replaces the @WORDS@ of a template.
fill() {
  local summary
  case $1 in
    agent) summary="on-prem side of the Drawbridge data bridge" ;;
    gateway) summary="cloud side of the Drawbridge data bridge" ;;
  esac
  sed -e "s/@NAME@/$1/g" -e "s/@VERSION@/$version/g" -e "s/@SUMMARY@/$summary/g" -e "s|@JVM@|$(jvm_options)|g" \
    -e "s/@DATE@/$(date -u -d "@$epoch" -R)/g" -e "s/@DAY@/$(date -u -d "@$epoch" +%Y-%m-%d)/g" "$2"
}

# The class path that the module runs with, and no other. Our own modules become jars here, so that
# neither Maven's phase nor a jar of yesterday matters.
libraries() {
  local name=$1 lib=$2 entry module
  [ -r "$root/$name/target/dependencies.classpath" ] || fail "$name is not built. Fix: start with ./drawbridge package, which builds"
  printf 'Implementation-Title: drawbridge-%s\nImplementation-Version: %s\n' "$name" "$version" >"$work/$name.manifest"
  while IFS= read -r entry; do
    case $entry in
      "$root"/*)
        module=${entry#"$root"/}
        module=${module%%/*}
        "$JAVA_HOME/bin/jar" --create --file "$lib/drawbridge-$module.jar" --manifest "$work/$name.manifest" \
          --date "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" -C "$root/$module/target/classes" .
        ;;
      # Native code of other systems, and OpenSSL for Netty, which the start script keeps it from: Java's own TLS does.
      *-osx-* | *-windows-* | *-linux-aarch_64* | */netty-tcnative-boringssl-static-*) ;;
      *)
        [ ! -e "$lib/${entry##*/}" ] || fail "two libraries have the name ${entry##*/}"
        install -m 644 "$entry" "$lib/"
        unsigned "$lib/${entry##*/}"
        echo "$entry" >>"$work/$name.libraries"
        ;;
    esac
  done < <({ echo "$root/$name/target/classes" && tr ':' '\n' <"$root/$name/target/dependencies.classpath" && echo; } | sed '/^$/d')
}

# The JVM caches no class of a signed jar, and checks each one when it is loaded. What vouches for an installed file is the
# signature of the packages' checksums; the bill of materials says which jars were changed so.
unsigned() {
  local jar=$1 content
  if ! grep -aqE 'META-INF/[A-Za-z0-9_-]+\.SF' "$jar"; then return 0; fi
  content=$(mktemp -d -p "$work")
  (cd "$content" && "$JAVA_HOME/bin/jar" xf "$jar")
  # The manifest up to its first empty line is about the jar; the rest is a checksum an entry.
  sed '/^\r*$/q' "$content/META-INF/MANIFEST.MF" >"$content.manifest"
  rm -f "$content"/META-INF/*.{SF,RSA,DSA,EC} "$content/META-INF/MANIFEST.MF"
  "$JAVA_HOME/bin/jar" --create --file "$jar" --manifest "$content.manifest" \
    --date "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" -C "$content" .
  rm -rf "$content" "$content.manifest"
}

# By the names of our jars, and by what any jar holds: names in a zip file are readable as they are.
only_its_own() {
  local name=$1 lib=$2 jar allowed parts
  allowed=" $(modules "$name") "
  parts=$(modules "$name" | tr ' ' '|')
  for jar in "$lib"/drawbridge-*.jar; do
    jar=${jar##*/drawbridge-}
    [[ $allowed == *" ${jar%.jar} "* ]] || fail "${jar%.jar} must not be in drawbridge-$name. Fix: take it from the runtime dependencies of $name/pom.xml"
  done
  for jar in "$lib"/*.jar; do
    if grep -aoE 'drawbridge/[a-z0-9]+/' "$jar" | grep -qvE "^drawbridge/($parts)/"; then
      fail "${jar##*/} holds $(grep -aoE 'drawbridge/[a-z0-9]+/' "$jar" | grep -vE "^drawbridge/($parts)/" | sort -u | tr '\n' ' ')which must not be in drawbridge-$name"
    fi
  done
}

# What of java.desktop stays: java.beans, and one file of each other package, since the module says that it has
# them. The rest is 18 MB of windows, fonts, pictures and sound, at which nobody looks in a service.
beans_alone() {
  printf 'module-info|META-INF|java/beans/|com/sun/beans/|sun/awt/www/|('
  "$JAVA_HOME/bin/jimage" list --verbose --include 'regex:/java.desktop/.*' "$JAVA_HOME/lib/modules" |
    awk 'NF == 4 && /\// {
           package = $4; sub(/\/[^\/]*$/, "", package)
           size = $2 + 0; if ($4 !~ /\.class$/) size += 1e9
           if (!(package in least) || size < smallest[package]) { least[package] = $4; smallest[package] = size }
         }
         END { for (package in least) { file = least[package]; gsub(/[.$+]/, "\\\\&", file); print file } }' |
    sort | paste -sd '|' | tr -d '\n'
  # shellcheck disable=SC2016 # the end of a name, not a variable
  printf ')$'
}

# A Java runtime of these modules, which must hold all that our own code asks for.
runtime() {
  local name=$1 home=$2 modules own
  modules=$(jdk_modules "$name")
  "$JAVA_HOME/bin/jlink" --add-modules "$modules" --output "$home/runtime" \
    --exclude-resources "regex:/java\\.desktop/(?!$(beans_alone)).*" \
    --strip-debug --no-header-files --no-man-pages --compress zip-0 --vm server >&2
  own=$("$JAVA_HOME/bin/jdeps" --ignore-missing-deps --print-module-deps "$home"/lib/drawbridge-*.jar) || fail "jdeps: $own"
  for own in ${own//,/ }; do
    grep -qE "^MODULES=\"(.* )?$own( .*)?\"$" "$home/runtime/release" ||
      fail "$name needs $own, which is not in its runtime. Fix: add it to jdk_modules in installer/stage.sh"
  done
  providers "$home/runtime"
  find "$home/runtime/bin" -type f ! -name java -delete
  if command -v strip >/dev/null; then
    find "$home/runtime/lib" -name '*.so' -exec strip --strip-unneeded {} +
  else
    say "drawbridge-$name: larger by 2 MB than it could be (strip, of binutils, is not installed)"
  fi
  rm -f "$home"/runtime/lib/lib{awt,awt_headless,awt_xawt,fontmanager,freetype,javajpeg,jawt,jsound,lcms,mlib_image,splashscreen}.so \
    "$home"/runtime/lib/{psfont*,jexec}
}

# Of the security providers that a JDK lists, those that are in this runtime. For one that is not, Java would make every
# provider on the class path ready, which takes a third of a second of a start.
providers() {
  local list=$1/conf/security/java.security known
  known=$("$1/bin/java" -XshowSettings:security:providers -version 2>&1 | sed -n 's/^ *Provider name: //p' | paste -sd ' ')
  [ -n "$known" ] || fail "the runtime names no security provider"
  awk -v known=" $known " '
    /^security\.provider\.[0-9]+=/ {
      split($0, parts, "=")
      if (index(known, " " parts[2] " ")) print "security.provider." ++n "=" parts[2]
      next
    }
    { print }' "$list" >"$list.new"
  mv "$list.new" "$list"
}

# The same times, rights and owners wherever it is built. The JVM also compares times: a cache
# trained before this would be refused.
settle() {
  find "$1" -type f -perm /111 -exec chmod 755 {} +
  find "$1" -type f ! -perm /111 -exec chmod 644 {} +
  find "$1" -exec touch -h -d "@$epoch" {} +
}

# One run of both programs by their own start scripts against a stack of ours; what they loaded and
# compiled goes into their caches.
train() {
  local classpath
  classpath=$root/acceptance/target/classes:$(cat "$root/acceptance/target/dependencies.classpath")
  "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -cp "$classpath" drawbridge.acceptance.Training \
    "$work/agent/usr/lib/drawbridge-agent/bin/drawbridge-agent" "$work/agent.aotconf" \
    "$work/gateway/usr/lib/drawbridge-gateway/bin/drawbridge-gateway" "$work/gateway.aotconf" ||
    fail "the training run failed"
}

cache() {
  local name=$1 home=$work/$1/usr/lib/drawbridge-$1
  DRAWBRIDGE_JAVA_OPTIONS="-XX:AOTMode=create -XX:AOTConfiguration=$work/$name.aotconf -XX:AOTCache=$home/$name.aot -Xlog:disable -Xlog:aot=error" \
    "$home/bin/drawbridge-$name" || fail "no AOT cache of $name"
  [ -s "$home/$name.aot" ] || fail "no AOT cache of $name"
  settle "$work/$name"
}
