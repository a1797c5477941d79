# The commands of a developer's day. `make` alone lists them.

# The folder of cargo's build results.
target := $(abspath $(or $(CARGO_TARGET_DIR),target))
with_localstack := integration-tests/localstack/run
with_moto := integration-tests/moto/run
with_evaluator := integration-tests/evaluator/run
with_browser := integration-tests/browser/run

.DEFAULT_GOAL := help
.PHONY: help build demo acceptance check-bug-report test sweep test-crash fleet races lag rates attack fuzz bench bench-check bench-fleet lint check-format clippy doc deny sbom ci clean-emulators

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program as it is installed
	cargo build --release --locked

demo: build ## plan, apply, plan again, status, verify and destroy, on an AWS emulator
	@$(with_localstack) integration-tests/demo.sh $(target)/release/provision

acceptance: build ## try it in a real account: ACCOUNT=123456789012 REGIONS=eu-west-1,us-east-1
	cargo build --locked --example acceptance
	@$(target)/debug/examples/acceptance $(target)/release/provision --folder '$(target)/acceptance' \
		--account '$(ACCOUNT)' --regions '$(REGIONS)' \
		$(if $(CONFIRM),--confirm '$(CONFIRM)') $(if $(CLEAN_UP),--clean-up)

check-bug-report: build ## make the built program panic, which must ask for a report
	@.ci/check-bug-report $(target)/release/provision

test: ## run every test, with two AWS emulators, an evaluator of policies and a browser
	cargo test --locked --workspace --no-run
	integration-tests/emulator/install models
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-6} $(with_localstack) $(with_moto) cargo test --locked --workspace
	@$(with_evaluator) cargo test --locked --test evaluator
	@$(with_browser) cargo test --locked --test browser

sweep: ## make every AWS call fail in every way (half an hour)
	cargo test --locked --test integration --no-run
	FAULTS=all $(with_localstack) cargo test --locked --test integration faults::

test-crash: ## kill the program at every call, and run it again
	cargo test --locked --test integration --no-run
	KILLS=all $(with_localstack) cargo test --locked --test integration crash::

fleet: ## fail, kill and race the accounts of a fleet in every way
	cargo test --locked --test integration --no-run
	FAULTS=all KILLS=all SEEDS=100 $(with_localstack) cargo test --locked --test integration fleet::

races: ## start two runs at once in every combination, twenty times
	cargo test --locked --test integration --no-run
	RACES=20 $(with_localstack) cargo test --locked --test integration races::

lag: ## answer reads as before the writes of the last seconds, from 60 seeds
	cargo test --locked --test integration --no-run
	LAG=$${LAG:-60} $(with_localstack) cargo test --locked --test integration lag::

rates: ## apply and destroy in seventeen regions that are throttled as AWS publishes
	cargo test --locked --test integration --no-run
	$(with_localstack) cargo test --locked --test integration -- rates::

attack: ## play every attack, and try ten random accounts
	cargo test --locked --test integration --no-run
	ACCOUNTS=10 $(with_localstack) cargo test --locked --test integration -- attacks:: random_accounts::

fuzz: ## feed generated input to everything that reads input, a minute for each target
	@fuzz/run

bench: ## measure the program beside its rivals, and write docs/benchmarks.md
	cargo bench --locked --bench computed
# `cargo bench` has replaced the release build by a program built for benchmarks.
	cargo build --release --locked
	integration-tests/emulator/install localstack
	@$(with_localstack) .venv/localstack/bin/python integration-tests/bench/bench.py \
		$(target)/release/provision $(target)/criterion docs/benchmarks.md

bench-check: ## fail if a command makes more hops, calls or writes than the bounds allow
	cargo test --locked --test integration --no-run
	@$(with_localstack) python3 integration-tests/bench/check.py $(target)/debug/provision

bench-fleet: build ## plan up to 5,000 accounts, and write the part of docs/benchmarks.md about them
	cargo build --release --locked -p fleet-stub
	integration-tests/emulator/install localstack
	@$(with_localstack) .venv/localstack/bin/python integration-tests/bench/fleet.py \
		$(target)/release/provision $(target)/release/fleet-stub docs/benchmarks.md $(ACCOUNTS)

lint: check-format clippy doc ## check formatting, lints and documentation

check-format: ## check formatting alone
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo fmt --manifest-path crates/iam-policy/fuzz/Cargo.toml --check

clippy: ## run clippy alone, with warnings denied
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --test evaluator --test browser -- -D warnings
	CARGO_TARGET_DIR=$(target) cargo clippy --locked --manifest-path fuzz/Cargo.toml -- -D warnings
	CARGO_TARGET_DIR=$(target) cargo clippy --locked --manifest-path crates/iam-policy/fuzz/Cargo.toml -- -D warnings

doc: ## build the documentation, with warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

deny: ## check licences, versions, sources and advisories of the dependencies
	.ci/deny

sbom: ## write target/provision.cdx.json, which lists every crate in the program
	.ci/sbom $(target)/provision.cdx.json

ci: ## run everything that must pass before a change lands
	.ci/run

clean-emulators: ## remove the Python environments of the emulators and of AWS's models
	rm -rf .venv/localstack .venv/localstack.lock .venv/moto .venv/moto.lock .venv/models .venv/models.lock
