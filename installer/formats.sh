# Sourced by package.sh: each function makes one package of what stage.sh has laid out.

sorted_tar() {
  tar --sort=name --format=gnu --mtime="@$epoch" --owner=0 --group=0 --numeric-owner "$@"
}

# To unpack anywhere: drawbridge-NAME-VERSION/ with bin, lib, runtime, and the unit to adapt.
pack_tar() {
  local name=$1 tree=$work/$1.tar top=drawbridge-$1-$version file
  file=$top-linux-x86_64.tar.gz
  mkdir -p "$tree"
  cp -a "$work/$name/usr/lib/drawbridge-$name" "$tree/$top"
  cp -a "$work/$name/usr/share/doc/drawbridge-$name" "$tree/$top/doc"
  cp -a "$work/$name/usr/lib/systemd/system" "$tree/$top/systemd"
  sorted_tar -C "$tree" -c "$top" | gzip -6n >"$out/$file"
  echo "$file" >>"$work/made"
  rm -rf "$tree"
}

pack_deb() {
  local name=$1 tree=$work/$1.deb file=drawbridge-$1_${version}_amd64.deb doc
  if ! command -v dpkg-deb >/dev/null; then
    say "drawbridge-$name: no .deb (skipped: dpkg-deb is not installed)"
    return
  fi
  cp -a "$work/$name" "$tree"
  doc=$tree/usr/share/doc/drawbridge-$name
  # Where Debian has its units, until /lib and /usr/lib are one.
  mkdir -p "$tree/lib"
  mv "$tree/usr/lib/systemd" "$tree/lib/systemd"
  fill "$name" "$linux/deb/changelog" | gzip -9n >"$doc/changelog.gz"
  mkdir -p "$tree/usr/share/lintian/overrides" "$tree/DEBIAN"
  fill "$name" "$linux/deb/lintian-overrides" >"$tree/usr/share/lintian/overrides/drawbridge-$name"
  (cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  {
    fill "$name" "$linux/deb/control"
    echo "Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)"
  } >"$tree/DEBIAN/control"
  for script in postinst prerm postrm; do
    fill "$name" "$linux/deb/$script" >"$tree/DEBIAN/$script"
    chmod 755 "$tree/DEBIAN/$script"
  done
  find "$tree" -exec touch -h -d "@$epoch" {} +
  dpkg-deb --root-owner-group -Zxz -z1 --threads-max=1 --build "$tree" "$out/$file" >/dev/null
  echo "$file" >>"$work/made"
  rm -rf "$tree"
}

pack_rpm() {
  local name=$1 file=drawbridge-$1-$version-1.x86_64.rpm
  if ! command -v rpmbuild >/dev/null; then
    say "drawbridge-$name: no .rpm (skipped: rpmbuild is not installed)"
    return
  fi
  fill "$name" "$linux/rpm.spec" >"$work/$name.spec"
  rpmbuild -bb --quiet --target x86_64-linux --define "_topdir $work/$name.rpm" --define "tree $work/$name" \
    --define '_buildhost localhost' --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define '_binary_payload w9.zstdio' \
    --define '_build_id_links none' --define "_tmppath $work" "$work/$name.spec" >"$work/$name.log" 2>&1 ||
    fail "rpmbuild: $(cat "$work/$name.log")"
  install -m 644 "$work/$name.rpm/RPMS/x86_64/$file" "$out/"
  echo "$file" >>"$work/made"
  rm -rf "$work/$name.rpm"
}
