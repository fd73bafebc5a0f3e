# SPDX-License-Identifier: GPL-2.0
#
# make            build ./btrfs-dirtywatch
# make static     build ./btrfs-dirtywatch-static, for the test machines
# make demo       as root: find lost writes in a throwaway machine, then none
# make check      as root: install what is missing, run the tests
# make full       the same with all trials: hours
# make accuracy   as root: all rows of losing a page, 10,000 trials, and the soak: half an hour
# make bench      as root: what each way to watch costs, in instructions: an hour or more (KERNELS="6.1 6.12 7.3", REPS=5)
# make matrix     as root: every kernel from 5.10 to 7.3, a line each: an hour
# make shapes     check --module on builds whose mistake has other shapes: minutes each kernel (SHAPES=6.1,6.12,7.3)
# make clang      as root: the kernel side by each clang, in a throwaway machine
# make mutants    take each protection out of the tool; a test must notice
# make unit       build the unit tests
# make asan       unit tests and replay under ASan and UBSan
# make valgrind   unit tests under valgrind
# make fuzz       fuzz every parser, FUZZ_SECONDS each (120)
# make lint       clang-format, clang-tidy, cppcheck, shellcheck, mandoc
# make install    install under DESTDIR and PREFIX; make uninstall takes it away
# make deb        as root: the Debian package, in $(BUILD)/deb
# make clean      remove what was built; the cache of kernels stays
# make help       show this
#
# V=1 shows the commands. BUILD is the folder for objects.

VERSION := $(shell sed -n '1s/^btrfs-dirtywatch //p' CHANGES.md)
PREFIX ?= /usr/local
DESTDIR ?=
CC = gcc
CLANG = clang
BPFTOOL = bpftool
CFLAGS ?= -O2 -g
BUILD ?= .build
Q := $(if $(V),,@)
msg = @printf '  %-7s %s\n' '$(1)' '$(2)'

warnings := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes \
	    -Wstrict-prototypes -Wformat=2
cflags := -std=gnu11 $(warnings) -Ibpf -Isrc -I$(BUILD) -D_GNU_SOURCE \
	  -DVERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS)
bpf_cflags := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror \
	      -Wno-unused-parameter -Wno-unused-function \
	      -Ibpf -Ivmlinux -idirafter /usr/include/$(shell gcc -print-multiarch)
libs := -lbpf -lelf -lcapstone -llzma -lzstd -lz -ljson-c -lbtrfsutil -lcap-ng -lseccomp -linih -lmd -lsqlite3 -lm -lpthread
static_libs := $(libs)
# There is no static libsystemd: who uses it is compiled once more, without.
libs += -lsystemd
systemd := -DHAVE_LIBSYSTEMD

# The linker of BPF objects wants the object that defines the maps first.
bpf_objects := $(BUILD)/bpf/maps.bpf.o \
	       $(filter-out $(BUILD)/bpf/maps.bpf.o,\
	         $(patsubst bpf/%.c,$(BUILD)/bpf/%.o,$(wildcard bpf/*.bpf.c)))
objects := $(patsubst src/%.c,$(BUILD)/src/%.o,$(wildcard src/*.c))
systemd_users := $(patsubst %.c,$(BUILD)/%.o,$(shell grep -l HAVE_LIBSYSTEMD src/*.c))
static_objects := $(filter-out $(systemd_users),$(objects)) $(systemd_users:$(BUILD)/%=$(BUILD)/static/%)
library := $(filter-out $(BUILD)/src/main.o,$(objects))
unit_tests := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
skeleton := $(BUILD)/dirtywatch.skel.h
legacy_skeleton := $(BUILD)/legacy.skel.h
# What kernels before 5.17 run, and those of 4.7 understand.
legacy_cflags = $(subst -mcpu=v3,-mcpu=v1,$(bpf_cflags))

.DELETE_ON_ERROR:
.PHONY: all static unit check accuracy demo full asan valgrind lint fuzz install clean help
all: btrfs-dirtywatch

btrfs-dirtywatch $(BUILD)/btrfs-dirtywatch: $(objects)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(cflags) $(LDFLAGS) $^ $(libs) -o $@

# libcap-ng has functions that look users up, which a static program cannot do;
# the tool calls none of them, so the linker's warnings say nothing.
static: btrfs-dirtywatch-static
btrfs-dirtywatch-static $(BUILD)/btrfs-dirtywatch-static: $(static_objects)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(cflags) $(LDFLAGS) -static -Wl,--no-warnings $^ $(static_libs) -o $@

$(BUILD)/src/%.o: src/%.c | $(skeleton) $(legacy_skeleton)
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) $(systemd) -MMD -MP -c $< -o $@

$(BUILD)/static/src/%.o: src/%.c | $(skeleton) $(legacy_skeleton)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -MMD -MP -c $< -o $@

$(BUILD)/src/tracer_modern.o $(BUILD)/src/tracer_knobs.o: $(skeleton)
$(BUILD)/src/legacy_object.o: $(legacy_skeleton)
# Its text is part of the program.
$(BUILD)/src/provoke_export.o: src/reproducer/lost-write.c
$(BUILD)/src/html_page.o: src/html_page.css

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(bpf_cflags) -D__TARGET_ARCH_x86 -MMD -MP -c $< -o $@

$(BUILD)/dirtywatch.bpf.o: $(bpf_objects)
	$(call msg,GEN,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(skeleton): $(BUILD)/dirtywatch.bpf.o
	$(call msg,GEN,$@)
	$(Q)(echo '/* NOLINTBEGIN: generated */' && \
		$(BPFTOOL) gen skeleton $< name dirtywatch_bpf && \
		echo '/* NOLINTEND */') > $@

$(BUILD)/legacy/%.bpf.o: bpf/legacy/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(legacy_cflags) -D__TARGET_ARCH_x86 -MMD -MP -c $< -o $@

$(legacy_skeleton): $(BUILD)/legacy/legacy.bpf.o
	$(call msg,GEN,$@)
	$(Q)(echo '/* NOLINTBEGIN: generated */' && \
		$(BPFTOOL) gen skeleton $< name legacy_bpf && \
		echo '/* NOLINTEND */') > $@

$(BUILD)/unit/%: tests/unit/%.c $(library)
	$(call msg,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -MMD -MP $< $(library) $(LDFLAGS) $(libs) -lcmocka -o $@

unit: $(unit_tests)

# The dashboard is made from the table of metrics; the file that it must be is among the sources.
$(BUILD)/dashboard: packaging/dashboard.c $(BUILD)/library.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(cflags) $< $(BUILD)/library.a $(libs) -o $@

packaging/grafana.json: $(BUILD)/dashboard
	$(call msg,GEN,$@)
	$(Q)$< >$@

deps = $(Q)packaging/deps.sh

# What is installed or built before any clock runs.
.PHONY: prepare prepare-tests
prepare:
	$(deps) build module vm
	$(Q)$(MAKE) --no-print-directory -j2 static
	$(Q)for v in stock early-clean keep-dirty skip-writeback; do module/build.sh 6.1 $$v >/dev/null || exit 1; done

prepare-tests: prepare
	$(deps) test fuzz
	$(Q)for v in stock early-clean keep-dirty; do module/build.sh 6.12 $$v >/dev/null || exit 1; done
	$(Q)tests/fleet/fetch.sh >/dev/null
	$(Q)$(MAKE) --no-print-directory prepare-installed
	$(Q)$(MAKE) --no-print-directory -j2 all unit $(BUILD)/dashboard fuzz-programs $(BUILD)/accuracy/accuracy $(bench_programs)

# A program for the test machines, of its own and of what provoke has of use.
accuracy_sources := $(wildcard tests/accuracy/*.c) src/provoke_plan.c src/provoke_page.c
$(BUILD)/accuracy/accuracy: $(accuracy_sources) $(wildcard tests/accuracy/*.h) src/provoke_plan.h src/provoke_page.h
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -static -pthread $(accuracy_sources) -o $@

# What the gate and the bench run in the machines.
bench_programs := $(addprefix $(BUILD)/bench/,rows floor floor.bpf.o)
$(BUILD)/bench/rows: tests/bench/rows.c
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -static $< -o $@

$(BUILD)/bench/floor: tests/bench/floor.c
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -static $< -lbpf -lelf -lzstd -lz -o $@

$(BUILD)/bench/floor.bpf.o: tests/bench/floor.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(bpf_cflags) -c $< -o $@

# The table goes to stdout and docs/cost.md, the figures to $(BUILD)/bench/costs.ndjson, the chart to docs/cost.svg.
.PHONY: bench
bench: prepare $(bench_programs)
	$(deps) test
	$(Q)tests/bench/bench.sh $(KERNELS)

ROUNDS ?= 4
accuracy: prepare-tests
	$(Q)tests/accuracy/run.sh $(ROUNDS)
	$(Q)SOAK=$(or $(SOAK),600) bats -T -f early-clean tests/vm/soak.bats

demo: prepare
	$(Q)tests/vm/demo.sh

# The budgets are in seconds, on two cores. `full` has the tests that are tagged so, too, and larger counts.
quick_groups = "quick 600 unit replay,cli,module" "fleet 240 fleet" "fuzz 240 fuzz" "harness 180 harness"
check: prepare-tests
	$(Q)tests/run.sh $(quick_groups) "lanes 540 vm/variants.bats,matrix,accuracy,bench,vm/idle.bats" \
		"machines 1800 vm:check,recording,rescue,restore,heal,blind,faults,overwrite,outcomes,pinpoint,guard,twice,soak,daemon" "silence 480 vm:silence,soaks" "installed 300 vm:installed"

full: prepare-tests
	$(Q)FULL=1 KILLS=200 HAMMER=100000 TRIALS=200 SOAK=60 SOAKS=120 PERCENT=100 tests/run.sh $(quick_groups) "accuracy 1200 accuracy" "machines 12000 vm" \
		"matrix 7200 matrix" "cost 900 bench" "storm 900 storm" "shapes 3600 module/shapes" "mutants 1800 mutants"

# A program for each of the compilers that the kernel side is built with.
clangs := clang-14 clang-19
.PHONY: shapes clang clang-programs
shapes: all
	$(deps) module test
	$(Q)tests/run.sh "shapes 3600 module/shapes"

clang-programs:
	$(deps) build test
	$(Q)for c in $(clangs); do \
		$(MAKE) --no-print-directory BUILD=$(BUILD)/$$c CLANG=$$c $(BUILD)/$$c/btrfs-dirtywatch-static || exit 1; done

clang: prepare clang-programs
	$(deps) vm
	$(Q)tests/run.sh "clang 500 vm:compilers"

# Kernels that the archive still has; KERNELS= names some of them. TRIALS, SOAK: see tests/matrix/run.sh.
.PHONY: matrix
matrix: prepare-tests
	$(Q)tests/matrix/run.sh $(KERNELS)

.PHONY: mutants
mutants: prepare-tests
	$(Q)tests/run.sh "mutants 1800 mutants"

asan:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan \
		CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all" unit $(BUILD)/asan/btrfs-dirtywatch
	$(Q)BUILD=$(BUILD)/asan DIRTYWATCH=$(BUILD)/asan/btrfs-dirtywatch tests/run.sh "asan 240 unit replay"

fuzzers := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz_flags := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

# An archive, so that a target may put its own in place of a function.
$(BUILD)/library.a: $(library)
	$(call msg,AR,$@)
	$(Q)rm -f $@ && ar rc $@ $^

$(BUILD)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h $(BUILD)/library.a
	$(call msg,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -fsanitize=fuzzer $< $(BUILD)/library.a $(libs) -o $@

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/library.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) $< $(BUILD)/library.a $(libs) -o $@

.PHONY: fuzzers
fuzzers: $(fuzzers)

.PHONY: fuzz-programs
fuzz-programs:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang \
		CFLAGS="$(fuzz_flags) -fsanitize=fuzzer-no-link,address,undefined" fuzzers

# `make check` runs them too, 10 seconds each.
fuzz:
	$(deps) build fuzz
	$(Q)$(MAKE) --no-print-directory fuzz-programs
	$(Q)tests/fuzz/run.sh $(BUILD)/fuzz $(or $(FUZZ_SECONDS),120)

valgrind: unit
	$(Q)for t in $(unit_tests); do echo "valgrind $$t"; \
		valgrind -q --fair-sched=yes --error-exitcode=1 --leak-check=full $$t >/dev/null || exit 1; done

lint:
	$(deps) build lint
	$(Q)$(MAKE) --no-print-directory $(skeleton) $(legacy_skeleton)
	clang-format --dry-run -Werror bpf/*.[ch] bpf/legacy/*.[ch] src/*.[ch] src/reproducer/*.c tests/unit/*.[ch] tests/fuzz/*.[ch] tests/replay/*.c tests/vm/*.[ch] tests/accuracy/*.[ch] tests/accuracy/host/*.c tests/vm/silence/*.[ch] tests/matrix/*.c tests/bench/*.c packaging/*.c
	shellcheck -x packaging/*.sh packaging/completions/make.sh tests/run.sh tests/mutants/run.sh tests/replay/*.sh tests/fuzz/*.sh tests/fleet/*.sh module/*.sh tests/module/shapes/*.sh tests/vm/*.sh tests/vm/scenario/*.sh tests/vm/guest/* tests/vm/silence/*.sh tests/accuracy/*.sh tests/matrix/*.sh tests/bench/*.sh .ci/run
	mandoc -Tlint -W warning man/*
	cppcheck --quiet --error-exitcode=1 --inline-suppr --library=.cppcheck.cfg --enable=warning,performance,portability -Ibpf -Isrc src packaging tests/unit tests/vm/soak.c tests/vm/twice.c tests/vm/overwrite.c tests/vm/blocks.c tests/vm/rescued.c tests/vm/meant.c tests/vm/newer.c tests/vm/strand.c tests/vm/hammer.c tests/accuracy tests/vm/silence tests/matrix tests/bench/rows.c tests/bench/floor.c
	printf '%s\n' src/*.c packaging/*.c tests/vm/soak.c tests/vm/twice.c tests/vm/overwrite.c tests/vm/blocks.c tests/vm/rescued.c tests/vm/meant.c tests/vm/newer.c tests/vm/strand.c tests/vm/hammer.c tests/accuracy/*.c tests/accuracy/host/*.c tests/vm/silence/*.c tests/matrix/*.c tests/bench/rows.c tests/bench/floor.c | xargs -P2 -I% \
		clang-tidy --quiet --warnings-as-errors='*' % -- -std=gnu11 -Ibpf -Isrc -I$(BUILD) -D_GNU_SOURCE -DVERSION='"lint"'

include packaging/install.mk

help:
	@sed -n '/^# make /,/^$$/s/^# \?//p' Makefile

clean:
	$(Q)rm -rf $(BUILD) btrfs-dirtywatch btrfs-dirtywatch-static

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/static/src/*.d)
