# Sourced by package.sh: an image of each program as an OCI archive, made of what stage.sh has laid out and of the
# machine's C library; no engine, no base image, no shell. docs/decisions/0008-images-without-a-base.md says why.

# The number that the program runs as; folders that it writes to must belong to it.
image_user=10001

# What the dynamic linker loads for the runtime: the C library and nothing else, or this fails.
needed_libraries() {
  find "$1" -type f \( -name '*.so' -o -name java \) -exec ldd {} + 2>/dev/null |
    sed -n -e 's/.*=> \(\/[^ ]*\) (.*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) (.*/\1/p' | grep -v "^$1/" | sort -u
}

base_layer() {
  local runtime=$1 tree=$2 library
  mkdir -p "$tree/etc" "$tree/tmp" "$tree/var/lib/drawbridge" "$tree/lib64" "$tree/usr/share/doc/libc6"
  while IFS= read -r library; do
    case ${library##*/} in
      ld-linux-*.so.* | libc.so.* | libdl.so.* | libm.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libz.so.*) ;;
      *) fail "the runtime needs $library, which is not in the image" ;;
    esac
    mkdir -p "$tree$(dirname "$library")"
    cp -L "$library" "$tree$library"
  done < <(needed_libraries "$runtime")
  # Looked for by a fixed name, and by the program itself when it asks for a host.
  [ -e "$tree/lib64/ld-linux-x86-64.so.2" ] || cp -L /lib64/ld-linux-x86-64.so.2 "$tree/lib64/"
  [ ! -r /usr/share/doc/libc6/copyright ] || cp /usr/share/doc/libc6/copyright "$tree/usr/share/doc/libc6/"
  printf 'root:x:0:0::/:/none\ndrawbridge:x:%s:%s::/var/lib/drawbridge:/none\n' "$image_user" "$image_user" >"$tree/etc/passwd"
  printf 'root:x:0:\ndrawbridge:x:%s:\n' "$image_user" >"$tree/etc/group"
  printf 'hosts: files dns\n' >"$tree/etc/nsswitch.conf"
}

# One layer of folder $1: its compressed blob goes into the layout, its two digests into the lists.
layer() {
  local tree=$1 layout=$2 tar=$work/layer.$RANDOM.tar blob
  {
    tar --sort=name --format=gnu --mtime="@$epoch" --owner=0 --group=0 --numeric-owner \
      --exclude=./var/lib/drawbridge --exclude=./tmp -C "$tree" -cf "$tar" .
    # The two folders that the program writes to are its own.
    if [ -d "$tree/tmp" ]; then
      tar --format=gnu --mtime="@$epoch" --owner="$image_user" --group="$image_user" --numeric-owner --mode=700 \
        -C "$tree" -rf "$tar" ./tmp ./var/lib/drawbridge
    fi
  }
  diffs+=("sha256:$(sha256sum "$tar" | cut -d ' ' -f 1)")
  gzip -6n "$tar"
  blob=$(sha256sum "$tar.gz" | cut -d ' ' -f 1)
  layers+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:$blob\",\"size\":$(stat -c %s "$tar.gz")}")
  mv "$tar.gz" "$layout/blobs/sha256/$blob"
}

# Writes stdin as a blob and prints its digest and size.
blob() {
  local layout=$1 file
  file=$(mktemp "$work/blob.XXXXXX")
  cat >"$file"
  local digest size
  digest=$(sha256sum "$file" | cut -d ' ' -f 1) size=$(stat -c %s "$file")
  mv "$file" "$layout/blobs/sha256/$digest"
  chmod 644 "$layout/blobs/sha256/$digest"
  printf 'sha256:%s %s' "$digest" "$size"
}

quoted() {
  local word first=yes
  for word in "$@"; do
    [ "$first" = yes ] || printf ','
    printf '"%s"' "$word"
    first=no
  done
}

# The flags of the start script, which needs a shell that is not there. The heap is a share of the container's memory.
entrypoint() {
  local name=$1 home=/usr/lib/drawbridge-$1 jar classpath=
  for jar in "$work/$name$home"/lib/*.jar; do classpath=$classpath${classpath:+:}$home/lib/${jar##*/}; done
  # shellcheck disable=SC2046 # options are words
  set -- "$home/runtime/bin/java" $(jvm_options) -XX:MaxRAMPercentage=50 -Ddrawbridge.packaged=true
  [ ! -r "$work/$name$home/$name.aot" ] || set -- "$@" "-XX:AOTCache=$home/$name.aot"
  quoted "$@" -cp "$classpath" "drawbridge.$name.Main"
}

pack_oci() {
  local name=$1 file=drawbridge-$1-$version-oci.tar home=usr/lib/drawbridge-$1 layout=$work/$1.oci parts=$work/$1.layers
  local diffs=() layers=() created config manifest ports='' digest size
  created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
  mkdir -p "$layout/blobs/sha256" "$parts/base" "$parts/runtime/$home" "$parts/program/$home"
  base_layer "$work/$name/$home/runtime" "$parts/base"
  cp -a "$work/$name/$home/runtime" "$parts/runtime/$home/"
  cp -a "$work/$name/$home/lib" "$parts/program/$home/"
  [ ! -r "$work/$name/$home/$name.aot" ] || cp -a "$work/$name/$home/$name.aot" "$parts/program/$home/"
  mkdir -p "$parts/program/usr/share/doc"
  cp -a "$work/$name/usr/share/doc/drawbridge-$name" "$parts/program/usr/share/doc/"
  find "$parts" -type d -exec chmod 755 {} +
  # From what changes least to what changes most.
  layer "$parts/base" "$layout"
  layer "$parts/runtime" "$layout"
  layer "$parts/program" "$layout"
  [ "$name" = agent ] || ports='"ExposedPorts":{"8443/tcp":{},"9090/tcp":{}},'
  config=$({
    printf '{"created":"%s","architecture":"amd64","os":"linux","config":{"User":"%s:%s",%s' "$created" "$image_user" "$image_user" "$ports"
    printf '"Env":["LANG=C.UTF-8","MALLOC_ARENA_MAX=2","HOME=/var/lib/drawbridge"],"Entrypoint":[%s],"Cmd":["--config","/etc/drawbridge/%s/%s.yaml"],' "$(entrypoint "$name")" "$name" "$name"
    printf '"WorkingDir":"/var/lib/drawbridge","Volumes":{"/tmp":{},"/var/lib/drawbridge":{}},"StopSignal":"SIGTERM",'
    printf '"Labels":{"org.opencontainers.image.title":"drawbridge-%s","org.opencontainers.image.version":"%s","org.opencontainers.image.licenses":"Apache-2.0","org.opencontainers.image.created":"%s"}},' "$name" "$version" "$created"
    printf '"rootfs":{"type":"layers","diff_ids":[%s]},"history":[{"created":"%s","created_by":"C library"},{"created":"%s","created_by":"Java runtime"},{"created":"%s","created_by":"drawbridge-%s"}]}' \
      "$(quoted "${diffs[@]}")" "$created" "$created" "$created" "$name"
  } | blob "$layout")
  digest=${config% *} size=${config#* }
  manifest=$({
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[%s,%s,%s]}' \
      "$digest" "$size" "${layers[@]}"
  } | blob "$layout")
  digest=${manifest% *} size=${manifest#* }
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%s,"platform":{"architecture":"amd64","os":"linux"},"annotations":{"org.opencontainers.image.ref.name":"drawbridge-%s:%s"}}]}' \
    "$digest" "$size" "$name" "${version//\~/-}" >"$layout/index.json"
  sorted_tar -C "$layout" -cf "$out/$file" blobs index.json oci-layout
  echo "$file" >>"$work/made"
  rm -rf "$layout" "$parts"
}
