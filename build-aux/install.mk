# SPDX-License-Identifier: MIT
# Installing, for the Makefile. A manifest lists what was installed, so that uninstall needs neither a compiler nor
# the tree that was built.

# The text files name /usr; another prefix is written into them on the way.
install_text = sed -e 's|/usr/lib/boardgate|$(libexecdir)|g' -e 's|/usr/share/boardgate|$(datadir)/boardgate|g' \
               -e 's|/usr/bin/boardgate|$(bindir)/boardgate|g' -e 's|/etc/boardgate|$(sysconfdir)/boardgate|g' \
               -e 's|@portal@|$(portal)|g' $(1) \
               | install -D -m $(3) /dev/stdin '$(DESTDIR)$(2)'
listed = echo '$(1)' >>$(build)/manifest
install_one = $(call install_text,$(1),$(2),644) && $(call listed,$(2))
# Units whose names do not begin with boardgate- have the shared sandbox by a link. systemd reads a linked file, but not
# a linked folder.
linked = boardgated.service.d boardgated-.service.d
each = $(foreach f,$(wildcard $(1)),$(call install_one,$(f),$(2)/$(notdir $(f))) &&) true
one = $(call install_one,$(1),$(2))
# Files that an administrator edits: copied from samples where they are absent, and left by uninstall.
samples = systemd/boardgate.conf $(wildcard nginx/nginx-*.conf)
if_absent = test -e '$(DESTDIR)$(2)' || $(call install_text,$(1),$(2),644)
# -s strips; STRIP= leaves the symbols to a debugger, or to a package's debugging symbols.
STRIP ?= -s
program = install -D -m $(if $(filter $(1),$(of_people)),711,755) $(STRIP) $(build)/bin/$(1) '$(DESTDIR)$(2)/$(1)' && $(call listed,$(2)/$(1))
manifest = $(datadir)/boardgate/manifest

# Completion for three shells, generated from the program's own help.
completions = $(build)/completions
$(completions)/boardgate: $(build)/bin/boardgate build-aux/completions
	@build-aux/completions $< $(@D)

install: all $(completions)/boardgate
	@: >$(build)/manifest
	@$(call one,$(completions)/boardgate,$(datadir)/bash-completion/completions/boardgate)
	@$(call one,$(completions)/_boardgate,$(datadir)/zsh/vendor-completions/_boardgate)
	@$(call one,$(completions)/boardgate.fish,$(datadir)/fish/vendor_completions.d/boardgate.fish)
	@$(foreach p,$(programs),$(call program,$(p),$(if $(filter boardgate,$(p)),$(bindir),$(libexecdir))) &&) true
	@$(foreach f,src/notify/boardgate-notify src/frontend/boardgate-frontend src/site/boardgate-site, \
		$(call install_text,$(f),$(libexecdir)/$(notdir $(f)),755) && $(call listed,$(libexecdir)/$(notdir $(f))) &&) true
	@$(call each,$(addprefix systemd/*.,service socket path timer target slice),$(unitdir))
	@$(foreach d,$(wildcard systemd/*.d),$(call each,$(d)/*.conf,$(unitdir)/$(notdir $(d))) &&) true
	@$(foreach d,$(linked),install -d '$(DESTDIR)$(unitdir)/$(d)' && \
		ln -sf ../boardgate-.service.d/10-sandbox.conf '$(DESTDIR)$(unitdir)/$(d)/10-sandbox.conf' && \
		$(call listed,$(unitdir)/$(d)/10-sandbox.conf) &&) true
	@$(call one,systemd/boardgate.sysusers,$(libdir)/sysusers.d/boardgate.conf)
	@$(call one,systemd/boardgate.tmpfiles,$(libdir)/tmpfiles.d/boardgate.conf)
	@$(call one,systemd/boardgate.catalog,$(libdir)/systemd/catalog/boardgate.catalog)
	@$(call one,systemd/boardgate.nft,$(libexecdir)/boardgate.nft)
	@$(call one,src/site/tensorboard-requirements.txt,$(libexecdir)/tensorboard-requirements.txt)
	@$(call if_absent,systemd/boardgate.pam,$(sysconfdir)/pam.d/boardgate)
	@$(foreach f,$(samples),$(call one,$(f),$(datadir)/boardgate/samples/$(notdir $(f))) && \
		{ $(call if_absent,$(f),$(sysconfdir)/boardgate/$(notdir $(f))); } &&) true
	@$(call one,nginx/boardgate.conf,$(sysconfdir)/nginx/sites-available/boardgate)
	@$(foreach f,$(filter-out nginx/boardgate.conf $(samples),$(wildcard nginx/*.conf)), \
		$(call one,$(f),$(datadir)/boardgate/nginx/$(notdir $(f))) &&) true
	@$(call each,src/frontend/view/*,$(datadir)/boardgate/view)
	@set -e; (cd nginx/portal && find . -type f -printf '%P\0') | while IFS= read -r -d '' f; do \
		install -D -m 644 "nginx/portal/$$f" "$(DESTDIR)$(datadir)/boardgate/portal/$$f"; \
		echo "$(datadir)/boardgate/portal/$$f" >>$(build)/manifest; done
# Browsers load neither comments nor indentation; the first line names the licence.
	@$(foreach f,$(notdir $(wildcard nginx/portal/assets/*.js nginx/portal/assets/*.css)),sed -e '2,$${/^ *\/\//d}' -e 's/^ *//' nginx/portal/assets/$(f) \
		| install -m 644 /dev/stdin '$(DESTDIR)$(datadir)/boardgate/portal/assets/$(f)' &&) true
	@$(foreach f,$(notdir $(wildcard nginx/portal/*.html)),sed 's|/assets/|/assets/$(portal)/|g' nginx/portal/$(f) \
		| install -m 644 /dev/stdin '$(DESTDIR)$(datadir)/boardgate/portal/$(f)' &&) true
	@$(foreach f,$(wildcard etc/*/*.d/*.conf),$(call one,$(f),$(sysconfdir)/$(f:etc/%=%)) &&) true
	@$(foreach f,$(wildcard docs/*.*),$(call one,$(f),$(datadir)/doc/boardgate/$(notdir $(f))) &&) true
	@$(foreach f,$(wildcard examples/*),$(call one,$(f),$(datadir)/doc/boardgate/examples/$(notdir $(f))) &&) true
	@$(foreach f,$(wildcard man/*.[1-8]),$(call one,$(f),$(mandir)/man$(patsubst .%,%,$(suffix $(f)))/$(notdir $(f))) &&) true
	@# What an older version had and this one has not.
	@$(call listed,$(manifest)); test ! -e '$(DESTDIR)$(manifest)' || \
		{ grep -Fvx -f $(build)/manifest '$(DESTDIR)$(manifest)' || true; } | while IFS= read -r f; do rm -f "$(DESTDIR)$$f"; done
	@install -D -m 644 $(build)/manifest '$(DESTDIR)$(manifest)'

# A node of a cluster needs what runs there, and no configuration.
node_programs = boardgate-node boardgate-board boardgate-data
install-node: $(foreach p,$(node_programs),$(build)/bin/$(p))
	@$(foreach p,$(node_programs),install -D -m $(if $(filter $(p),$(of_people)),711,755) $(STRIP) $(build)/bin/$(p) '$(DESTDIR)$(libexecdir)/$(p)' &&) true
	@$(call install_text,debian/boardgate-node.tmpfiles,$(libdir)/tmpfiles.d/boardgate-node.conf,644)

# The steps after installing or upgrading, on the machine itself. Boards and sessions continue.
# A site that nginx refuses (no certificate yet) is not left behind: with it nginx would not start any more.
activate:
	systemd-sysusers
	systemd-tmpfiles --create boardgate.conf
	journalctl --update-catalog
	systemctl daemon-reload
# What keeps ports is never stopped, only restarted: anybody could take them meanwhile.
	systemctl stop 'boardgated*' 'boardgate-[!gp]*'
	$(libexecdir)/boardgate-site prepare
	systemctl enable boardgate.target
	systemctl restart boardgate.target
	$(libexecdir)/boardgate-site enable
	systemctl reload-or-restart nginx

# And before it is removed: nothing runs, and nginx does not miss the site.
deactivate:
	$(libexecdir)/boardgate-site disable
	systemctl reload-or-restart nginx
	systemctl disable boardgate.target
	$(libexecdir)/boardgate-launcher --release-doors
# Doors last: with its door a unit goes, and systemctl cannot stop what is gone.
	systemctl stop 'boardgate*' 'tensorboard-*.service' 'tensorboard.slurm-*.service'
	systemctl stop 'tensorboard-*.socket' 'tensorboard.slurm-*.socket' tensorboard.slice
	nft 'table inet boardgate; delete table inet boardgate'

# Removes what install put there, by its manifest; configuration and state stay, as with a package.
uninstall:
	@test -e '$(DESTDIR)$(manifest)' || { echo 'nothing is installed: there is no $(DESTDIR)$(manifest)' >&2; exit 1; }
	@list=$$(cat '$(DESTDIR)$(manifest)'); while IFS= read -r f; do \
		rm -f "$(DESTDIR)$$f"; d=$${f%/*}; \
		while [[ $$d == */boardgate* || $$d == */tensorboard-* || $$d == */tensorboard.slurm-* ]] && rmdir "$(DESTDIR)$$d" 2>/dev/null; do d=$${d%/*}; done; \
		done <<<"$$list"
	@test -n '$(DESTDIR)' || { systemctl daemon-reload; journalctl --update-catalog; }

.PHONY: install install-node activate deactivate uninstall
