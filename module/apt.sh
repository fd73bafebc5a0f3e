# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# Packages of suites that this machine does not use, from the archive that it does use. Sourced after lib.sh.

# Print where the archive of suite $1 is, as this machine's own entries have it: security suites have one of their own.
archive_of() {
	local codename
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	case $1 in *-security) codename+=-security ;; esac
	# A repository that knows only its own name for its suite tells the codename once its lists are there.
	# shellcheck disable=SC2016 # apt's own variables
	env -u APT_CONFIG apt-get indextargets --format '$(RELEASE) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v own="$codename" '($1 == own || $2 == own) && $3 == "main" && !found { found = 1; print $4 }'
}

# Print a line of sources.list for each suite of the list $1 (suites with commas). What is fetched must be signed by
# the distribution, as it must be for this machine's own suites.
source_lines() {
	local suite uri option='' keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -f "$keyring" ] || option="[signed-by=$keyring] "
	for suite in ${1//,/ }; do
		uri=$(archive_of "$suite")
		[ -n "$uri" ] || die 3 "this machine's apt sources have no archive for $suite; add the main and the security suite of this system"
		echo "deb $option$uri $suite main"
	done
}

# private_apt SUITES: from here on apt-get and apt-cache know these suites and no others, and keep what they know in
# the cache. The machine's own state stays as it is. It sets apt_state, the folder.
private_apt() {
	local lines
	lines=$(source_lines "$1") || exit
	apt_state=$cache/apt/${1//,/+}
	mkdir -p "$apt_state/lists/partial" "$apt_state/archives/partial"
	echo "$lines" >"$apt_state/sources.list"
	cat >"$apt_state/conf" <<-END
		Dir::Etc::SourceList "$apt_state/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::State::Lists "$apt_state/lists";
		Dir::Cache "$apt_state";
		APT::Sandbox::User "root";
		APT::Update::Error-Mode "any";
	END
	export APT_CONFIG=$apt_state/conf
}

# Get the newest lists. A suite that is gone is not a failure of the network: the answer is unavailable.
refresh() {
	local said
	said=$(LC_ALL=C flock "$apt_state/lock" apt-get -qq update 2>&1) || {
		echo "$said" >&2
		[[ $said != *'does not have a Release file'* ]] || unavailable
		die 3 'cannot refresh the package lists; check the network and the apt sources, then try again'
	}
}
