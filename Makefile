# SPDX-License-Identifier: MIT
# By hand, without automake. On a fresh clone plain `make` runs autoconf and configure by itself; `make help`
# lists the targets. Builds inside the tree only.
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL = /bin/bash
# A missing input file fails the whole pipe.
.SHELLFLAGS = -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory

# These run before a compiler or a configuration need exist.
without_configuration = help deps deb check-releases check-vm release demo check check-unit check-sanitized check-lab check-lint check-structure durations bench faults fuzz weakened clean distclean format \
                        deactivate uninstall
ifneq (,$(filter-out $(without_configuration),$(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))))
include config.mk
endif

## ---- configuration -------------------------------------------------------------------------------------------
config.mk: config.mk.in config.status
	./config.status --quiet config.mk
config.status: configure
	@if [ -x config.status ]; then ./config.status --recheck; else ./configure; fi
configure: configure.ac debian/changelog
	@command -v autoconf >/dev/null || { echo 'autoconf is missing; run as root: make deps' >&2; exit 1; }
	autoconf --force
	@rm -rf autom4te.cache

# The default is for the targets that run without a configuration.
prefix ?= $(or $(shell sed -n 's/^prefix = //p' config.mk 2>/dev/null),/usr)
sysconfdir ?= $(or $(shell sed -n 's/^sysconfdir = //p' config.mk 2>/dev/null),/etc)
bindir = $(prefix)/bin
libdir = $(prefix)/lib
libexecdir = $(libdir)/boardgate
unitdir = $(libdir)/systemd/system
datadir = $(prefix)/share
mandir = $(datadir)/man

## ---- programs ------------------------------------------------------------------------------------------------
# What each program is made of: the folder below src, the shared folders, the libraries. Nothing else gets in;
# tests/structure holds the result against this.
programs = boardgated boardgate-login boardgate-launcher boardgate-journal boardgate-logdirs boardgate-board \
           boardgate-far boardgate-node boardgate-doorcheck boardgate-data boardgate

boardgated_from          = boardgated
boardgated_shared        = wire base
boardgated_libraries     = FCGI JSONCPP SQLITE SYSTEMD CRYPTO FMT INIH

boardgate-login_from      = login
boardgate-login_shared    = tickets wire base
boardgate-login_libraries = PAM SYSTEMD CRYPTO FMT INIH

boardgate-launcher_from      = launcher
boardgate-launcher_shared    = tickets wire base
boardgate-launcher_libraries = SYSTEMD CRYPTO FMT INIH

boardgate-journal_from      = journal
boardgate-journal_shared    = wire base
boardgate-journal_libraries = SYSTEMD FMT INIH

boardgate-logdirs_from      = logdirs
boardgate-logdirs_shared    = events wire base
boardgate-logdirs_libraries = SYSTEMD FMT INIH

boardgate-board_from      = board
boardgate-board_shared    = http base
boardgate-board_libraries = SYSTEMD FMT

boardgate-far_from      = far
boardgate-far_shared    = link http base
boardgate-far_libraries = SYSTEMD FMT SSL CRYPTO

boardgate-node_from      = node
boardgate-node_shared    = link base
boardgate-node_libraries = SYSTEMD FMT SSL CRYPTO

boardgate-data_from      = data
boardgate-data_shared    = events base
boardgate-data_libraries = NGHTTP2 ZLIB

boardgate-doorcheck_from      = doorcheck
boardgate-doorcheck_shared    = base
boardgate-doorcheck_libraries = SYSTEMD FMT INIH

boardgate_from      = cli
boardgate_shared    = wire base
boardgate_libraries = JSONCPP CURL CLI11 FMT INIH SYSTEMD CRYPTO

# The kernel lets nobody trace a process whose program they cannot read, from its first instruction on (execve(2),
# ptrace(2)): these programs run as people.
of_people = boardgate-logdirs boardgate-board boardgate-far boardgate-node

# The shared folders become archives; a program takes from them only what it refers to.
shared = base wire tickets events http link
base_libraries    = SYSTEMD CRYPTO FMT INIH
wire_shared       = base
wire_libraries    = SYSTEMD CRYPTO FMT INIH
tickets_shared    = wire base
tickets_libraries = SYSTEMD CRYPTO FMT INIH
events_shared     =
events_libraries  =
http_shared       =
http_libraries    =
link_shared       = base
link_libraries    = SSL CRYPTO SYSTEMD FMT INIH

## ---- compiling -----------------------------------------------------------------------------------------------
# make WERROR= builds with a compiler whose warnings we do not know yet; make SANITIZE=address,undefined
# keeps its objects apart.
WERROR ?= -Werror
SANITIZE ?=
comma = ,
build = build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))

ifeq (,$(SANITIZE))
FORTIFY = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
else
# The sanitizers do these checks better, and fortified calls would hide some from them. What they add to the code
# makes g++ 12 see uninitialised values in its own library.
FORTIFY = -U_FORTIFY_SOURCE -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -Wno-maybe-uninitialized
# Checks double what the optimiser has to do: with both sanitizers a file takes 9 s at -O1, 4.5 s at -O0.
quick = -O0 -g1
SANITIZE_LD = -fsanitize=$(SANITIZE)
endif
# What runs millions of times is worth the optimiser.
ifneq (,$(findstring fuzzer,$(SANITIZE)))
quick = -O1 -g1
endif

libraries = SYSTEMD FMT INIH CRYPTO SSL PAM FCGI JSONCPP SQLITE CURL CLI11 NGHTTP2 ZLIB
library_cflags = $(sort $(foreach l,$(libraries),$($(l)_CFLAGS)))
# Sections that nothing refers to are dropped at the link, so that a program which takes one function of a
# shared file neither carries nor needs the libraries of the others.
compile_flags = $(CXX_STANDARD) -I. -DBOARDGATE_LIBEXECDIR='"$(libexecdir)"' \
                $(library_cflags) $(FORTIFY) -D_GLIBCXX_ASSERTIONS -pthread -fPIE -ffunction-sections -fdata-sections \
                $(HARDENING) $(WARNINGS) $(WERROR) $(CPPFLAGS) $(CXXFLAGS)
link_flags = -pthread -pie $(HARDENING_LD) $(SANITIZE_LD) $(LDFLAGS)

# A large folder has rooms: folders of one level below it.
sources = $(wildcard src/$(1)/*.cc src/$(1)/*/*.cc)
objects = $(patsubst %.cc,$(build)/obj/%.o,$(1))
archives = $(foreach s,$(1),$(build)/lib/$(s).a)
libs = $(foreach l,$(1),$($(l)_LIBS))

# Objects are made again when the way they are made changes, and only then: $(build)/how/NAME holds how_NAME.
compile = $(CXX) $(compile_flags)
# Expanded immediately: what a target adds to `quick` holds for its prerequisites, too.
how_compile := $(compile) $(quick)
how_tests = $(test_flags)
how_version = $(VERSION)
how_portal = $(portal)
$(build)/how/%: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(how_$*))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(how_$*))' >$@
FORCE:
.PRECIOUS: $(build)/how/%

$(build)/obj/%.o: %.cc $(build)/how/compile
	@mkdir -p $(@D)
	@echo "  C++   $<"
	@$(compile) $(quick) -MMD -MP -c -o $@ $<
# Half of all compiling is tests. They need not be fast; what they test is compiled as it is installed.
test_flags = $(if $(SANITIZE),,-O1 -g1) $(GTEST_CFLAGS) $(GMOCK_CFLAGS)
$(build)/obj/tests/%.o: quick += $(test_flags)
# AddressSanitizer and UndefinedBehaviorSanitizer watch src. There the tests are linked as the ordinary build compiles them,
# which saves half of the compiling. ThreadSanitizer must see every access, so its tests are compiled for it.
test_build = $(if $(findstring address,$(SANITIZE)),build,$(build))
test_objects = $(patsubst %.cc,$(test_build)/obj/%.o,$(1))
$(call objects,$(wildcard tests/unit/*/*.cc tests/unit/*/*/*.cc tests/fakes/*.cc)): $(build)/how/tests

# A new version compiles only the few files anew that print it.
versioned = $(call objects,$(shell grep -l BOARDGATE_VERSION -r src --include='*.cc'))
$(versioned): quick += -DBOARDGATE_VERSION='"$(VERSION)"'
$(versioned): $(build)/how/version

# The portal's files are cached for ever under a name that goes with their content; pages that boardgated writes name
# them as the portal's own page does.
portal := $(shell cat nginx/portal/assets/* | sha256sum | cut -c 1-12)
$(build)/obj/src/boardgated/gate/portal_page.o: quick += -DBOARDGATE_PORTAL='"$(portal)"'
$(build)/obj/src/boardgated/gate/portal_page.o: $(build)/how/portal

define archive_rule
$$(build)/lib/$(1).a: $$(call objects,$$(call sources,$(1)))
	@mkdir -p $$(@D)
	@echo "  AR    $$@"
	@rm -f $$@
	@$$(if $$^,ar rcs $$@ $$^,ar rcs $$@)
endef
$(foreach s,$(shared),$(eval $(call archive_rule,$(s))))

define program_rule
$$(build)/bin/$(1): $$(call objects,$$(call sources,$$($(1)_from))) $$(call archives,$$($(1)_shared))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	@$$(CXX) $$(CXXFLAGS) $$(link_flags) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(call libs,$$($(1)_libraries))
endef
$(foreach p,$(programs),$(eval $(call program_rule,$(p))))

all: $(foreach p,$(programs),$(build)/bin/$(p))

## ---- unit tests ----------------------------------------------------------------------------------------------
# One binary per folder: its objects but main.o (an archive where the folder is shared), its tests, the fakes. The linker takes
# the first of equal inline functions, which is the sanitized one of src.
unit_folders = $(sort $(foreach f,$(wildcard tests/unit/*/*_test.cc tests/unit/*/*/*_test.cc),$(word 3,$(subst /, ,$(f)))))
fakes = $(wildcard tests/fakes/*.cc)
program_of = $(strip $(foreach p,$(programs),$(if $(filter $(1),$($(p)_from)),$(p))))
unit_of = $(or $(call program_of,$(1)),$(1))

tests_of = $(wildcard tests/unit/$(1)/*.cc tests/unit/$(1)/*/*.cc)

# What the ordinary build makes, it makes: one make for each folder.
define ordinary_objects_rule
ordinary-objects-of-$(1): ; @$$(MAKE) SANITIZE= $$(call test_objects,$(2))
$$(call test_objects,$(2)): ordinary-objects-of-$(1) ; @:
.PHONY: ordinary-objects-of-$(1)
endef
ifneq ($(test_build),$(build))
$(foreach f,$(unit_folders),$(eval $(call ordinary_objects_rule,$(f),$(call tests_of,$(f)))))
$(eval $(call ordinary_objects_rule,fakes,$(fakes)))
endif

define unit_rule
$$(build)/tests/$(1)_test: $(if $(filter $(1),$(shared)),$$(call archives,$(1)),$$(call objects,$$(filter-out %/main.cc,$$(call sources,$(1))))) \
        $$(call test_objects,$$(call tests_of,$(1)) $$(fakes)) \
        $$(call archives,$$($(unit_of)_shared))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	@$$(CXX) $$(CXXFLAGS) $$(link_flags) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) \
		$$(call libs,$$($(unit_of)_libraries) GMOCK GTEST)
endef
$(foreach f,$(unit_folders),$(eval $(call unit_rule,$(f))))

unit-tests: $(foreach f,$(unit_folders),$(build)/tests/$(f)_test)
print-unit-tests:
	@echo $(foreach f,$(unit_folders),$(build)/tests/$(f)_test)

## ---- fuzzing --------------------------------------------------------------------------------------------------
# A program for each file of tests/fuzz/FOLDER, with the objects of that folder's unit tests. libFuzzer has a main of its own;
# without it replay.cc gives the target what tests/fuzz/corpus keeps.
fuzz_sources = $(wildcard tests/fuzz/*/*.cc)
fuzz_targets = $(foreach f,$(fuzz_sources),$(basename $(notdir $(f))))
fuzz_main = $(if $(findstring fuzzer,$(SANITIZE)),,tests/fuzz/replay.cc)
# Coverage keeps what nothing refers to, with the libraries that it needs. What else a target is linked with:
unit_arguments_also = src/board/options.cc

define fuzz_rule
$$(build)/fuzz/$(1): $$(call objects,tests/fuzz/$(2)/$(1).cc $$(fuzz_main) $$($(1)_also)) \
        $(if $(filter $(2),$(shared)),$$(call archives,$(2)),$$(call objects,$$(filter-out %/main.cc,$$(call sources,$(2))))) \
        $$(call archives,$$($$(call unit_of,$(2))_shared))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	@$$(CXX) $$(CXXFLAGS) $$(link_flags) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(call libs,$$($$(call unit_of,$(2))_libraries) $$(base_libraries))
endef
$(foreach f,$(fuzz_sources),$(eval $(call fuzz_rule,$(basename $(notdir $(f))),$(word 3,$(subst /, ,$(f))))))
$(call objects,$(fuzz_sources) tests/fuzz/replay.cc): quick += $(if $(SANITIZE),,-O1 -g1)

fuzz-programs: $(foreach t,$(fuzz_targets),$(build)/fuzz/$(t))
print-fuzz-programs:
	@echo $(foreach t,$(fuzz_targets),$(build)/fuzz/$(t))

-include $(shell test -d $(build)/obj && find $(build)/obj -name '*.d')

## ---- checking ------------------------------------------------------------------------------------------------
export T
deps:
	@build-aux/deps build test lint lab deb

check: ; @build-aux/deps build test lint lab deb && tests/run structure lab unit lint address fuzz thread
check-structure: ; @tests/run structure
check-unit: ; @tests/run unit
check-lint: ; @tests/run lint
check-sanitized: ; @tests/run address thread
check-lab: ; @tests/run lab
durations: ; @tests/run durations
bench: ; @build-aux/deps build lab bench && tests/run bench
# Tries to break each target for FUZZ_SECONDS (60), and keeps what leads somewhere new in build/fuzz-corpus.
fuzz: ; @build-aux/deps build fuzz && tests/fuzz/run
# Takes each line of tests/attack/weakened away and shows the test that fails.
weakened: ; @build-aux/deps build test lab && tests/run weakened
faults: ; @build-aux/deps build lab && tests/lab/fault-run $(or $(SECONDS),600)

demo: ; @build-aux/deps build lab && exec tests/lab/lab demo
# Every view of the portal as pictures, from a lab of its own.
screenshots: ; @build-aux/deps build test lab && export BOARDGATE_LAB=pictures && tests/lab/lab up && trap 'tests/lab/lab down' EXIT && tests/browser/screenshots

## ---- installing ----------------------------------------------------------------------------------------------
include build-aux/install.mk

# Debian packages: build/deb/*.deb.
deb: ; @build-aux/deps build deb && build-aux/make-deb
# What needs a kernel of its own, in a virtual machine.
check-vm: ; @build-aux/deps build lab vm test && tests/run vm
# Packages, lintian and unit tests in clean chroots of Debian's releases; half an hour, and not part of check.
check-releases: ; @build-aux/deps lab && build-aux/check-releases

# The source as a tarball with its checksum.
release: ; @build-aux/make-release

## ---- source --------------------------------------------------------------------------------------------------
all_cc = $(wildcard src/*/*.cc src/*/*/*.cc tests/unit/*/*.cc tests/unit/*/*/*.cc tests/fakes/*.cc tests/pam/*.cc tests/fuzz/*.cc tests/fuzz/*/*.cc)
all_h = $(wildcard src/*/*.h src/*/*/*.h tests/unit/*/*.h tests/unit/*/*/*.h tests/fakes/*.h tests/fuzz/*.h)
shell_scripts = $(shell grep -rlIE '^.!/bin/(ba)?sh' .ci build-aux debian src tests)
# Another version of clang-format breaks lines elsewhere.
CLANG_FORMAT ?= clang-format-14
CLANG_TIDY ?= clang-tidy-16

format:
	$(CLANG_FORMAT) -i $(all_cc) $(all_h)

# A file is checked again when its object was compiled again: the object is newer than every input.
tidy = $(patsubst %.cc,$(build)/tidy/%,$(1))
$(build)/tidy/%: $(build)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY  $*.cc"
	@$(CLANG_TIDY) --quiet $*.cc -- $(CXX_STANDARD) -I. -DBOARDGATE_VERSION=\"\" -DBOARDGATE_LIBEXECDIR=\"\" -DBOARDGATE_PORTAL=\"\" \
		$(library_cflags) 2> >(grep -v 'warnings generated' >&2)
	@touch $@

# clang-tidy takes 2 s of a file of src and 3 s of a test, so the tests are left to those who ask.
lint: lint-format lint-shell $(call tidy,$(filter src/%,$(all_cc)))
lint-tests: $(call tidy,$(filter tests/%,$(all_cc)))
lint-format:
	@$(CLANG_FORMAT) --dry-run -Werror $(all_cc) $(all_h)
lint-shell:
	@shellcheck $(shell_scripts)

# For editors and tools that follow clangd's file of how each source is compiled.
entry = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(subst ",\",$(subst \,\\,$(compile) -DBOARDGATE_VERSION='"$(VERSION)"')) -c $(1)"}
compile_commands.json: FORCE
	$(file >$@,[$(subst } {,}$(comma) {,$(foreach f,$(all_cc),$(call entry,$(f))))])
	@echo $@

# All but the lab's image, which takes a minute to make.
clean:
	rm -rf $(filter-out build/lab,$(wildcard build/*))
distclean: clean
	@tests/lab/lab down --all
	rm -rf build compile_commands.json config.mk config.status config.log configure configure~ autom4te.cache

help:
	@cat build-aux/help

.PHONY: all help deps deb check-releases check-vm release check check-structure check-unit check-lint check-sanitized check-lab durations unit-tests print-unit-tests fuzz fuzz-programs print-fuzz-programs weakened bench faults demo screenshots \
        format lint lint-tests lint-format lint-shell clean distclean
