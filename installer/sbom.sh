# Sourced by package.sh: what a package holds of others, in the CycloneDX form, made from the very files that
# were laid out, so that it names neither more nor less than what is installed.

# Maven's folder of libraries: all that the class path $1 names outside this tree has its beginning in common.
repository() {
  tr ':' '\n' <"$1" | grep -vF "$root/" | sed '/^$/d' | awk '
    NR == 1 { n = split($0, common, "/") }
    { m = split($0, part, "/"); for (i = 1; i <= n; i++) if (i > m || part[i] != common[i]) { n = i - 1; break } }
    END { for (i = 2; i <= n; i++) printf "/%s", common[i]; print "" }'
}

# The licence that a pom names, or its parent's: group, artifact and version lead to that.
licence() {
  local repository=$1 pom=$2 flat name group artifact version depth
  for depth in 1 2 3 4; do
    [ -r "$pom" ] || return 0
    flat=$(tr -d '\r\n\t' <"$pom" | sed 's/<!--[^>]*-->//g')
    name=$(sed -n 's/.*<licenses>\(.*\)<\/licenses>.*/\1/p' <<<"$flat" | grep -o '<name>[^<]*' | head -n 1 | cut -c 7-)
    if [ -n "$name" ]; then
      printf '%s' "$name" | tr -s ' ' | tr -d '"\\' | sed 's/^ //;s/ $//'
      return 0
    fi
    flat=$(sed -n 's/.*<parent>\(.*\)<\/parent>.*/\1/p' <<<"$flat")
    group=$(sed -n 's/.*<groupId>\([^<]*\)<.*/\1/p' <<<"$flat")
    artifact=$(sed -n 's/.*<artifactId>\([^<]*\)<.*/\1/p' <<<"$flat")
    version=$(sed -n 's/.*<version>\([^<]*\)<.*/\1/p' <<<"$flat")
    pom=$repository/${group//.//}/$artifact/$version/$artifact-$version.pom
  done
}

# One component a library, with its place in Maven Central and the checksum of the installed file.
component() {
  local repository=$1 entry=$2 installed=$3/${2##*/} path version artifact group file qualifier licence purl pedigree=
  path=${entry#"$repository"/} file=${entry##*/}
  path=${path%/*} version=${path##*/}
  path=${path%/*} artifact=${path##*/}
  group=${path%/*} group=${group//\//.}
  qualifier=${file#"$artifact-$version"} qualifier=${qualifier%.jar}
  purl=pkg:maven/$group/$artifact@$version${qualifier:+"?classifier=${qualifier#-}"}
  licence=$(licence "$repository" "${entry%/*}/$artifact-$version.pom")
  cmp -s "$entry" "$installed" || pedigree='"pedigree":{"notes":"as published, without the signature files of the jar"},'
  printf ',\n  {"type":"library","bom-ref":"%s","group":"%s","name":"%s","version":"%s","hashes":[{"alg":"SHA-256","content":"%s"}],%s%s"purl":"%s"}' \
    "$purl" "$group" "$artifact" "$version" "$(sha256sum "$installed" | cut -d ' ' -f 1)" "$pedigree" \
    "${licence:+"\"licenses\":[{\"license\":{\"name\":\"$licence\"}}],"}" "$purl"
}

# The runtime is a component as the libraries are: its faults are looked for by its version.
bill() {
  local name=$1 home=$work/$1/usr/lib/drawbridge-$1 file=drawbridge-$1-$version.cdx.json java repository entry
  java=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$home/runtime/release")
  repository=$(repository "$root/$name/target/dependencies.classpath")
  {
    printf '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"timestamp":"%s",' "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)"
    printf '"component":{"type":"application","bom-ref":"drawbridge-%s","name":"drawbridge-%s","version":"%s","licenses":[{"license":{"id":"Apache-2.0"}}]}},\n' "$name" "$name" "$version"
    printf ' "components":[\n  {"type":"platform","bom-ref":"java-runtime","name":"OpenJDK","version":"%s","publisher":"%s","licenses":[{"expression":"GPL-2.0-only WITH Classpath-exception-2.0"}],"cpe":"cpe:2.3:a:oracle:openjdk:%s:*:*:*:*:*:*:*"}' \
      "$java" "$(sed -n 's/^IMPLEMENTOR="\(.*\)"$/\1/p' "$JAVA_HOME/release")" "$java"
    sort "$work/$name.libraries" | while IFS= read -r entry; do component "$repository" "$entry" "$home/lib"; done
    printf '\n ]}\n'
  } >"$out/$file"
  echo "$file" >>"$work/made"
}
