#!/bin/sh
# Installs what the tests use beyond npm, where that is possible: on Debian and its kin, as root.
# Elsewhere, and when the installation fails, the tests that need a missing program are skipped;
# this says which programs those are. Exits with 0 in either case.
set -eu

missing_programs=""
missing_packages=""
need() { # program, package, what it is for
  if ! command -v "$1" >/dev/null 2>&1; then
    missing_programs="$missing_programs
  $1: $3 (Debian: apt-get install $2)"
    missing_packages="$missing_packages $2"
  fi
}

need_file() { # file, package, what it is for
  if ! [ -e "$1" ]; then
    missing_programs="$missing_programs
  $1: $3 (Debian: apt-get install $2)"
    missing_packages="$missing_packages $2"
  fi
}

look() {
  missing_programs=""
  missing_packages=""
  need qemu-system-x86_64 qemu-system-x86 "boots pc images"
  need_file /usr/share/OVMF/OVMF_CODE_4M.fd ovmf "boots disks by UEFI"
  need grub-mkrescue grub-common "boots images by Multiboot 2"
  need_file /usr/lib/grub/i386-pc grub-pc-bin "boots images by Multiboot 2"
  need xorriso xorriso "makes GRUB's discs"
  need mformat mtools "makes GRUB's discs"
  need gdb gdb "reads the debug information of images"
  need strace strace "counts the system calls of linux images"
  need runc runc "runs images in containers"
  need podman podman "runs images in containers"
  need containerd containerd "runs images in containers"
  need ip iproute2 "makes networks for instances"
  need nft nftables "filters for networks of instances"
  need tshark tshark "reads what passes them"
  need wrk wrk "asks instances on them"
  need curl curl "asks instances on them"
  need ping iputils-ping "asks instances on them"
  need dnsmasq dnsmasq-base "gives them addresses"
  need gcc gcc "compiles what talks to them"
}

look
[ -n "$missing_packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "tests: installing$missing_packages"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word a package
  if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends $missing_packages; } \
    </dev/null >/dev/null 2>&1; then
    echo "tests: apt-get could not install them"
  fi
  look
fi

if [ -n "$missing_programs" ]; then
  echo "tests: skipping those that need what is not installed here:$missing_programs"
fi
