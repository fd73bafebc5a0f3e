#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# From a loss to an alert, by the real programs of a fleet: the textfile, node_exporter, Prometheus with our rules,
# Alertmanager. All of them listen on loopback only, on ports that were free, in a folder of their own.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets them; a script in single quotes is meant

bats_require_minimum_version 1.5.0

# One that nobody listens on; who loses the race for it is started anew.
free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 12000))
		(: <>/dev/tcp/127.0.0.1/$port) 2>/dev/null || { echo $port && return; }
	done
	return 1
}

# start NAME COMMAND...: in the background until it listens; its port is $port, and becomes the file port.NAME. In the
# command, PORT stands for it.
start() {
	local name=$1 pid port i
	shift
	for _ in 1 2 3; do
		port=$(free_port)
		"${@//PORT/$port}" >"$dir/$name.log" 2>&1 3>&- &
		pid=$!
		echo $pid >>"$dir/pids"
		for i in {1..200}; do
			kill -0 $pid 2>/dev/null || break
			! (: <>/dev/tcp/127.0.0.1/"$port") 2>/dev/null || { echo "$port" >"$dir/port.$name" && return; }
			sleep 0.1
		done
	done
	echo "$name did not start" >&2
	cat "$dir/$name.log" >&2
	return 1
}

# A program that wants its files in /usr/share, in a mount namespace of its own: they are not installed.
with_share() {
	local own=(--mount)
	[ "$(id -u)" = 0 ] || own+=(--map-root-user)
	exec unshare "${own[@]}" bash -euc 'mount --bind "$1" /usr/share; shift; exec "$@"' bash "$bin/../share" "$@"
}

port_of() { cat "$dir/port.$1"; }

paths() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	dirtywatch=${DIRTYWATCH:-$top/btrfs-dirtywatch}
	recordings=$top/tests/replay/recordings
	bin=$("$BATS_TEST_DIRNAME/fetch.sh")
	dir=$BATS_FILE_TMPDIR
	prom=$dir/textfile/btrfs-dirtywatch.prom
}

setup_file() {
	local top dirtywatch recordings bin dir prom
	paths
	mkdir "$dir/textfile"
	cp "$top/packaging/alerts.yml" "$dir"
	"$dirtywatch" replay --metrics "$prom" "$recordings/clean.rec" >/dev/null
	start node "$bin/prometheus-node-exporter" --web.listen-address=127.0.0.1:PORT --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory="$dir/textfile"
	printf 'route: {receiver: nobody, group_wait: 0s}\nreceivers: [{name: nobody}]\n' >"$dir/alertmanager.yml"
	start alertmanager with_share "$bin/prometheus-alertmanager" --web.listen-address=127.0.0.1:PORT --cluster.listen-address= \
		--config.file="$dir/alertmanager.yml" --storage.path="$dir/alertmanager"
	cat >"$dir/prometheus.yml" <<-END
		global: {scrape_interval: 1s, evaluation_interval: 1s}
		rule_files: [alerts.yml]
		scrape_configs: [{job_name: node, static_configs: [{targets: ['127.0.0.1:$(port_of node)']}]}]
		alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:$(port_of alertmanager)']}]}]}
	END
	start prometheus "$bin/prometheus" --web.listen-address=127.0.0.1:PORT --config.file="$dir/prometheus.yml" \
		--storage.tsdb.path="$dir/prometheus"
}

teardown_file() {
	local pid
	[ -f "$BATS_FILE_TMPDIR/pids" ] || return 0
	while read -r pid; do
		kill "$pid" 2>/dev/null || true
	done <"$BATS_FILE_TMPDIR/pids"
	while read -r pid; do
		for _ in {1..50}; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -9 "$pid" 2>/dev/null || true
	done <"$BATS_FILE_TMPDIR/pids"
}

setup() {
	paths
}

# What Prometheus answers to a query: a JSON array of samples.
query() {
	timeout 10 "$bin/promtool" query instant -o json "http://127.0.0.1:$(port_of prometheus)" "$1"
}

# The active alerts that Alertmanager has, as JSON.
alerts() {
	timeout 10 "$bin/amtool" --alertmanager.url="http://127.0.0.1:$(port_of alertmanager)" alert query -o json
}

# until_true SECONDS COMMAND...: try it until it is so.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.5
	done
}

# has QUERY VALUE: one sample, and that is its value.
has() {
	[ "$(query "$1" | jq -r 'map(.value[1]) | join(" ")')" = "$2" ]
}

# alert NAME FILTER: Alertmanager has it, one of which the jq filter is true.
alert() {
	alerts | jq -e --arg name "$1" "[.[] | select(.labels.alertname == \$name and .status.state == \"active\")] | any(.[]; $2)" >/dev/null
}

@test "promtool finds nothing to say about the metrics, the rules, and their tests" {
	local file code
	for file in "$recordings"/*.rec "$top"/tests/replay/{001-lost,020-blind}/observations.txt; do
		code=0
		"$dirtywatch" replay --metrics "$BATS_TEST_TMPDIR/prom" "$file" >/dev/null || code=$?
		[[ $code =~ ^[015]$ ]]
		run "$bin/promtool" check metrics <"$BATS_TEST_TMPDIR/prom"
		echo "$file: $output"
		[ "$status" = 0 ] && [ -z "$output" ]
	done
	cd "$top/packaging"
	"$bin/promtool" check rules alerts.yml
	"$bin/promtool" test rules alerts.test.yml
}

@test "without a loss no alert of one, and that nothing is watched is pending" {
	until_true 30 has btrfs_dirtywatch_lost_pages_total 0
	until_true 30 has 'count(ALERTS{alertname="BtrfsDirtywatchDown", alertstate="pending"})' 1
	has btrfs_dirtywatch_written_pages_total 64
	[ "$(query 'ALERTS{alertname="BtrfsDirtywatchLostWrite"}' | jq length)" = 0 ]
	run ! alert BtrfsDirtywatchLostWrite true
}

@test "a loss becomes a critical alert at Alertmanager, with its filesystem and what to do" {
	local code=0 fs began=$SECONDS
	fs=$("$dirtywatch" replay --json --metrics "$prom" "$recordings/lost.rec" | jq -r 'select(.class == "lost").fs_uuid' | sort -u)
	[ -n "$fs" ]
	until_true 60 alert BtrfsDirtywatchLostWrite \
		".labels.severity == \"critical\" and .labels.fs == \"$fs\" and (.annotations.runbook | contains(\"btrfs-dirtywatch report\"))"
	echo "# after $((SECONDS - began)) s" >&3
	has btrfs_dirtywatch_lost_pages_total 3
	has "btrfs_dirtywatch_findings_total{class=\"lost\"}" 3
	[ "$(alerts | jq '[.[] | select(.labels.alertname == "BtrfsDirtywatchLostWrite")] | length')" = 1 ]
}

@test "blindness becomes an alert for each kind" {
	"$dirtywatch" replay --metrics "$prom" "$recordings/blind.rec" >/dev/null || [ $? = 5 ]
	until_true 60 alert BtrfsDirtywatchBlind '.labels.severity == "warning" and .labels.kind == "ring_full"'
	until_true 60 alert BtrfsDirtywatchBlind '.labels.kind == "consumer" and (.annotations.runbook | contains("consumer"))'
	has 'count(btrfs_dirtywatch_blind_events_total > 0)' 2
	until_true 30 has 'count(ALERTS{alertname="BtrfsDirtywatchStranded", alertstate="pending"})' 1
}

# All of them in one, each answer by its number.
@test "every query of the dashboard has an answer" {
	local expr all='' n=0 answers
	while read -r expr; do
		n=$((n + 1))
		all+="${all:+ or }label_replace(count($expr), \"query\", \"$n\", \"\", \"\")"
	done < <(jq -r '.. | .expr? // empty' "$top/packaging/grafana.json" |
		sed "s/\$__rate_interval/1m/g; s/=~\"\$instance\"/=~\".*\"/g")
	[ "$n" -ge 50 ]
	answers=$(query "$all" | jq -r '.[].metric.query' | sort -n)
	diff <(seq "$n") - <<<"$answers"
}

@test "label sets are closed: no name and no number of a process, and an end to filesystems" {
	local i uuid file=$BATS_TEST_TMPDIR/observations
	{
		echo 'btrfs-dirtywatch-observations 1'
		echo 'begin t=10000000000'
		for ((i = 0; i < 100; i++)); do
			printf -v uuid '6f2d9e4c-0b1a-4c7e-9d35-%012d' "$i"
			echo "file map=$i ino=257 dev=0:$i root=5 uuid=$uuid path=/secret/$i"
			echo "clean t=$((11 + i))000000000 map=$i index=2 page=0xea4$i call=$i isize=65536 left=100 pid=$((4711 + i)) comm=writer$i"
			echo "drop t=$((11 + i))001000000 map=$i index=2 way=fadvise pid=$((9711 + i)) comm=dropper$i isize=65536"
			echo "end t=$((11 + i))002000000 call=$i pos=8192 stop=8292 left=0 result=100"
		done
		echo 'over t=2000000000000'
	} >"$file"
	run "$dirtywatch" replay --metrics "$BATS_TEST_TMPDIR/prom" "$file"
	[ "$status" = 1 ]
	run "$bin/promtool" check metrics <"$BATS_TEST_TMPDIR/prom"
	[ "$status" = 0 ] && [ -z "$output" ]
	run ! grep -qE '[{].*(secret|writer|dropper|4711|9711)' "$BATS_TEST_TMPDIR/prom"
	[ "$(grep -c '^btrfs_dirtywatch_lost_bytes_total{' "$BATS_TEST_TMPDIR/prom")" = 65 ]
	[ "$(awk '/^btrfs_dirtywatch_lost_bytes_total/ { sum += $2 } END { print sum }' "$BATS_TEST_TMPDIR/prom")" = $((100 * 3996)) ]
	grep -q '^btrfs_dirtywatch_findings_total{fs="other",class="lost"} 36$' "$BATS_TEST_TMPDIR/prom"
	[ "$(grep -v '^#' "$BATS_TEST_TMPDIR/prom" | grep -oE '[{,][a-z_]+="' | tr -d '{,="' | sort -u | tr '\n' ' ')" = "class fs kernel kind mode outcome result state version " ]
}

@test "nobody sees half a file: a folder that is full or not there leaves the old one" {
	local sum
	sum=$(sha256sum <"$prom")
	run "$dirtywatch" replay --metrics "$dir/nowhere/x.prom" "$recordings/clean.rec"
	[ "$status" = 3 ] && [[ $output == *"cannot write '$dir/nowhere/x.prom': No such file or directory; name another file"* ]]
	[ "$sum" = "$(sha256sum <"$prom")" ]
	[ "$(stat -c %a "$prom")" = 644 ]
	[ "$(ls "$dir/textfile")" = btrfs-dirtywatch.prom ]
}
