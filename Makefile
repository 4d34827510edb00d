# The commands a person types. Each makes what it needs and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGE := host-python/src/sky_rs
COMPONENT := $(PACKAGE)/skypilot_utils.wasm
BUILT := target/wasm32-wasip2/release/skypilot_utils.wasm
WHEEL := dist/sky_rs-$(shell sed -n 's/^__version__ = "\(.*\)"$$/\1/p' $(PACKAGE)/_version.py)-py3-none-any.whl

# A source's copies in archives are as old as the commit; where there is none, as ZIP files can be.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)

# Panics name the file they come from, and those of crates lie in cargo's home: the component must
# neither tell where that is nor differ for it. (To be cargo's trim-paths once stable has that.)
CARGO_FOLDER := $(or $(CARGO_HOME),$(HOME)/.cargo)
REMAPPED := --config 'target.wasm32-wasip2.rustflags = ["--remap-path-prefix=$(CARGO_FOLDER)=/cargo"]'

SOURCES := $(shell find $(PACKAGE) -name '*.py' -o -name '*.json') $(PACKAGE)/py.typed host-python/pyproject.toml README.md LICENSE

.PHONY: demo test test-rust test-python build wheel lint bench bench-report bench-rust bench-cloud size budget routes matrix verify soak fuzz vectors models bump clean

# What a failed recipe leaves is not taken for what it should have made.
.DELETE_ON_ERROR:

demo: $(VENV)/installed ## the eight functions on real input, component beside fallback
	$(BIN)/sky-rs doctor README.md

test: test-rust test-python ## every test

test-rust: build
	cargo test --workspace --locked

test-python: $(VENV)/installed $(VENV)/dev
	$(BIN)/python -m pytest tests/python

build: ## the component, into the Python package
	rustup target add wasm32-wasip2 >/dev/null 2>&1 || rustup target list --installed | grep -q wasm32-wasip2
	cargo build --release --locked --target wasm32-wasip2 --package skypilot-utils $(REMAPPED)
	cmp -s $(BUILT) $(COMPONENT) || install -m 644 $(BUILT) $(COMPONENT)
	$(PYTHON) host-python/record_digest.py $(COMPONENT)

wheel: $(WHEEL) ## the wheel and the sdist, into dist/

lint: $(VENV)/installed $(VENV)/dev ## formatting, lints and types
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package skypilot-utils --target wasm32-wasip2 --locked -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# For both: SAVE_BASELINE=name keeps the figures, BASELINE=name compares with what was kept.
BASELINES = $(if $(SAVE_BASELINE),--save-baseline $(SAVE_BASELINE)) $(if $(BASELINE),--baseline $(BASELINE))

bench: $(WHEEL) ## SkyPilot, fallback, component: a table, and the report in benches/report/
	$(PYTHON) -m benches.python --wheel $(WHEEL) $(BASELINES)

bench-report: ## the report again, from the figures of the last `make bench`
	$(PYTHON) -m benches.python.report

bench-rust: ## the logic and the component without Python
	cargo bench --package skypilot-benches --locked -- $(BASELINES)

bench-cloud: $(VENV)/installed $(VENV)/dev ## clouds beside boto3
	$(BIN)/python -m benches.python.cloud

# In another profile, the functions would be in another order; so another target directory.
size: build ## where the component's bytes are, and its largest functions: FUNCTIONS=100 shows more
	cargo rustc --quiet --release --locked $(REMAPPED) --target wasm32-wasip2 --package skypilot-utils \
		--lib --target-dir target/named -- --codegen strip=debuginfo
	cargo run --quiet --locked --package component-size -- \
		$(BUILT) $(BUILT:target/%=target/named/%) $(FUNCTIONS)

budget: $(VENV)/installed ## size, compiling, instantiating beside the last release, or LAST=path of a wheel
	$(BIN)/python -m benches.python.budget $(LAST)

routes: $(VENV)/installed ## the routing table of `auto`, measured on this machine, into the package
	$(BIN)/python -m benches.python.routes

matrix: $(WHEEL) tests/javascript/node_modules ## the same component and vectors in every host: a table, kept in the report
	npm test --silent --prefix tests/javascript -- --test-reporter dot
	$(PYTHON) -m tests.matrix --wheel $(WHEEL)

verify: ## two clean builds, of which no byte may differ; FILES=... are to be the same, too
	$(PYTHON) tests/verify.py $(FILES)

soak: $(VENV)/installed ## a million mixed calls: no growth of memory or descriptors
	$(BIN)/python tests/soak.py

fuzz: ## a minute for each of the guest's pure parsers
	cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
	cd tests && for target in hashing json limits literal processes responses tail text xml; do \
		cargo +nightly fuzz run --fuzz-dir fuzz $$target -- -max_total_time=60 -max_len=4096 || exit 1; \
	done

vectors: ## the golden vectors, from the real SkyPilot
	$(PYTHON) tests/vectors/generate.py

models: $(VENV)/dev ## the models of cloud operations, from botocore's
	$(BIN)/python models/generate.py

bump: $(VENV)/dev ## VERSION=1.2.3 everywhere, for a release
	$(BIN)/python .github/release.py bump '$(VERSION)'

clean:
	rm -rf target dist $(VENV) $(COMPONENT) tests/vectors/.work tests/.work benches/.work tests/javascript/node_modules

# build is phony, so cargo looks every time; what hangs on the component is remade only if its
# bytes have changed.
$(COMPONENT): build ;

$(VENV)/created:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/dev: host-python/requirements-dev.txt | $(VENV)/build
	$(BIN)/python -m pip install --quiet --requirement $<
	touch $@

$(VENV)/build: host-python/requirements-build.txt | $(VENV)/created
	$(BIN)/python -m pip install --quiet --requirement $<
	touch $@

# Not in an environment of its own: that would have the versions of the day.
$(WHEEL): $(COMPONENT) $(SOURCES) Cargo.lock host-python/bom/*.py host-python/bom/texts/*.txt $(VENV)/build
	cp README.md LICENSE host-python/
	$(BIN)/python host-python/bom $(COMPONENT)
	$(BIN)/python -m build --no-isolation --outdir dist host-python >dist.log 2>&1 || (cat dist.log; false)
	rm dist.log
	cp host-python/sky-rs.cdx.json $(WHEEL:-py3-none-any.whl=.cdx.json)
	touch $@

tests/javascript/node_modules: tests/javascript/package-lock.json
	npm ci --silent --prefix tests/javascript
	touch $@

$(VENV)/installed: $(WHEEL)
	$(BIN)/python -m pip install --quiet "$(WHEEL)[cli]"
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps $(WHEEL)
	touch $@
