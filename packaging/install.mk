# SPDX-License-Identifier: GPL-2.0
# install.mk: install, uninstall and the Debian package; included by the Makefile.
#
# DESTDIR goes before all paths. SYSCONFDIR, UNITDIR, CATALOGDIR and ZSHDIR may be set for systems that want them
# elsewhere; systemd looks for units and catalogs below /usr/local/lib, too.

SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
name := btrfs-dirtywatch
made := $(BUILD)/install
conf := $(SYSCONFDIR)/$(name)/$(name).conf

completions := $(made)/$(name) $(made)/_$(name) $(made)/$(name).fish
units := $(patsubst packaging/%,$(made)/%,$(wildcard packaging/*.service packaging/*.socket))
examples := $(wildcard packaging/alerts.yml packaging/grafana.json)

# What is installed: FILE:FOLDER:MODE. The file of settings is apart: who has changed it keeps it.
installed := btrfs-dirtywatch:$(PREFIX)/sbin:755 \
	$(foreach n,5 7 8,$(addsuffix :$(PREFIX)/share/man/man$(n):644,$(wildcard man/*.$(n)))) \
	$(addsuffix :$(UNITDIR):644,$(units)) \
	$(addsuffix :$(CATALOGDIR):644,$(wildcard packaging/*.catalog)) \
	$(made)/$(name):$(PREFIX)/share/bash-completion/completions:644 \
	$(made)/_$(name):$(ZSHDIR):644 \
	$(made)/$(name).fish:$(PREFIX)/share/fish/vendor_completions.d:644 \
	$(addsuffix :$(PREFIX)/share/doc/$(name)/examples:644,$(examples))
split = $(subst :, ,$1)

# The make of old has no newline to put between commands: each of them ends the shell's line.
.PHONY: install uninstall completions deb
install: btrfs-dirtywatch $(completions) $(units)
	$(Q)$(foreach i,$(installed),install -D -m $(word 3,$(call split,$i)) -t '$(DESTDIR)$(word 2,$(call split,$i))' $(word 1,$(call split,$i)) &&) :
	$(Q)install -d -m 755 '$(DESTDIR)$(dir $(conf))conf.d'
	$(Q)[ -e '$(DESTDIR)$(conf)' ] || install -m 644 packaging/$(name).conf '$(DESTDIR)$(conf)'

# Settings that were changed, and what was found, are the user's.
uninstall:
	$(Q)$(foreach i,$(installed),rm -f '$(DESTDIR)$(word 2,$(call split,$i))/$(notdir $(word 1,$(call split,$i)))';) :
	$(Q)! cmp -s packaging/$(name).conf '$(DESTDIR)$(conf)' || rm -f '$(DESTDIR)$(conf)'
	$(Q)for d in '$(PREFIX)/share/doc/$(name)/examples' '$(PREFIX)/share/doc/$(name)' '$(dir $(conf))conf.d' '$(dir $(conf))'; do \
		[ ! -d "$(DESTDIR)$$d" ] || rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$d"; done

# Units name the program by its whole path.
$(made)/%.service: packaging/%.service
	$(Q)mkdir -p $(@D)
	$(Q)sed 's,/usr/sbin/,$(PREFIX)/sbin/,' $< >$@

$(made)/%.socket: packaging/%.socket
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

completions: $(completions)
make_completion = $(Q)mkdir -p $(@D) && packaging/completions/make.sh ./btrfs-dirtywatch
completion_sources := $(wildcard packaging/completions/*)
$(made)/$(name): btrfs-dirtywatch $(completion_sources)
	$(call msg,GEN,$@)
	$(make_completion) bash >$@

$(made)/_$(name): btrfs-dirtywatch $(completion_sources)
	$(call msg,GEN,$@)
	$(make_completion) zsh >$@

$(made)/$(name).fish: btrfs-dirtywatch $(completion_sources)
	$(call msg,GEN,$@)
	$(make_completion) fish >$@

# The package is built from a copy of the tree, as the archive would: $(BUILD)/deb/*.deb. Whatever is in the tree but
# tests and documents is part of it.
deb_sources := Makefile CHANGES.md README.md $(wildcard src/*.[ch] src/reproducer/* bpf/* bpf/legacy/* vmlinux/* man/* packaging/* \
	packaging/completions/* packaging/debian/* packaging/debian/source/*)
deb:
	$(deps) build deb
	$(Q)$(MAKE) --no-print-directory $(BUILD)/deb/built

$(BUILD)/deb/built: $(deb_sources)
	$(call msg,DEB,$(@D))
	$(Q)packaging/deb.sh $(@D)
	$(Q)touch $@

# A system for tests/vm/installed.bats to install it on.
.PHONY: prepare-installed
prepare-installed: deb
	$(deps) module
	$(Q)tests/vm/rootfs.sh $(BUILD)/deb/btrfs-dirtywatch_*.deb >/dev/null
