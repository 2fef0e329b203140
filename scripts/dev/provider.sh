# The identity provider that the tests of staff sign-in start: from npm, pinned with its sums in tests/oidc, installed
# once into build/oidc. Sourced, after say.sh. Where it cannot be had that test is skipped and says so.
install_test_provider() {
  local from=tests/oidc to=build/oidc
  if cmp -s $from/package-lock.json $to/installed.json; then return 0; fi
  say "Installing the identity provider for the tests"
  rm -rf $to
  mkdir -p $to
  cp $from/package.json $from/package-lock.json $to/
  # No package gets to run anything while it is installed.
  if (cd $to && npm ci --ignore-scripts --no-audit --no-fund --silent); then
    cp $from/package-lock.json $to/installed.json
  else
    say "npm could not fetch it: the test of staff sign-in will be skipped"
  fi
}
