# SPDX-License-Identifier: GPL-2.0
#
# make            build ./btrfs-dirtywatch
# make static     build ./btrfs-dirtywatch-static, for the test machines
# make help       all targets and variables

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
	  -DVERSION='"$(VERSION)"' $(CFLAGS)
bpf_cflags := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror \
	      -Wno-unused-parameter -Wno-unused-function \
	      -Ibpf -Ivmlinux -idirafter /usr/include/$(shell $(CC) -print-multiarch)
libs := -lbpf -lelf -lz -ljson-c -lbtrfsutil -lcap-ng -lpthread
static_libs := $(libs) -lzstd

# The linker of BPF objects wants the object that defines the maps first.
bpf_objects := $(BUILD)/bpf/maps.bpf.o \
	       $(filter-out $(BUILD)/bpf/maps.bpf.o,\
	         $(patsubst bpf/%.c,$(BUILD)/bpf/%.o,$(wildcard bpf/*.bpf.c)))
objects := $(patsubst src/%.c,$(BUILD)/src/%.o,$(wildcard src/*.c))
library := $(filter-out $(BUILD)/src/main.o,$(objects))
unit_tests := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
skeleton := $(BUILD)/dirtywatch.skel.h

.DELETE_ON_ERROR:
.PHONY: all static unit check demo full lint fuzz install clean help deps
all: btrfs-dirtywatch

btrfs-dirtywatch: $(objects)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(cflags) $(LDFLAGS) $^ $(libs) -o $@

static: btrfs-dirtywatch-static
btrfs-dirtywatch-static: $(objects)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(cflags) $(LDFLAGS) -static $^ $(static_libs) -o $@

$(BUILD)/src/%.o: src/%.c | $(skeleton)
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -MMD -MP -c $< -o $@

$(BUILD)/src/tracer.o: $(skeleton)

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(bpf_cflags) -D__TARGET_ARCH_x86 -MMD -MP -c $< -o $@

$(BUILD)/dirtywatch.bpf.o: $(bpf_objects)
	$(call msg,GEN,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(skeleton): $(BUILD)/dirtywatch.bpf.o
	$(call msg,GEN,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name dirtywatch_bpf > $@

$(BUILD)/unit/%: tests/unit/%.c $(library)
	$(call msg,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(cflags) -MMD -MP $< $(library) $(LDFLAGS) $(libs) -lcmocka -o $@

unit: $(unit_tests)

clean:
	$(Q)rm -rf $(BUILD) btrfs-dirtywatch btrfs-dirtywatch-static

-include $(wildcard $(BUILD)/*/*.d)
