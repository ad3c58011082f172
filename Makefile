# Everything a newcomer needs: make demo, make test, make lint, make bench.
# PYTHON may name another interpreter, and VENV another place for the virtual environment.
PYTHON ?= python3
VENV ?= .venv
SPARK ?= .venv-spark
MONTH ?= 2024-06
# constraints.txt holds the versions that continuous integration tests with: CONSTRAINTS=constraints.txt takes them.
CONSTRAINTS ?=

BIN := $(VENV)/bin
RUN := $(BIN)/kpi-xl --project demo
# What tests run in Node.
NODE := $(patsubst %,tests/%/node_modules,validator server/pyodide pages/axe workbook/writers)
INSTALL := -m pip install --quiet --disable-pip-version-check $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))

# Where this is set, each command would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-spark test-worlds test-raw-worlds lint bench quarter group-kills study docs templates pictures clean addin constraints release

$(BIN)/kpi-xl: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("kpi_xl 需要 Python 3.11 或更高版本" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "缺少 python3-venv。Debian、Ubuntu 请运行：sudo apt install python3-venv"; exit 1; }
	@echo "准备运行环境：下载组件，一两分钟……"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(INSTALL) --editable .
	@touch $@

# The extra `server` is not free for commercial use (docs/server.md); these tests are none.
$(VENV)/.dev: $(BIN)/kpi-xl
	@echo "下载测试、检查和手册要用的组件，几分钟……"
	$(BIN)/python $(INSTALL) --editable '.[dev,server]'
	@touch $@

# Microsoft's Open XML SDK checks every workbook in the tests; without Node those tests are skipped.
tests/validator/node_modules: tests/validator/package.json
	@if command -v npm >/dev/null; then \
		cd tests/validator && npm install --silent --no-audit --no-fund --no-package-lock && touch node_modules; \
	else echo "npm 不在：跳过 Open XML SDK 校验"; fi

# Python as a browser runs it; without it the test of what runs there is skipped.
tests/server/pyodide/node_modules: tests/server/pyodide/package.json
	@if command -v npm >/dev/null; then \
		cd tests/server/pyodide && npm install --silent --no-audit --no-fund --no-package-lock && touch node_modules; \
	else echo "npm 不在：跳过 Pyodide"; fi

# axe-core looks at the pages with the eyes of who cannot see or has no mouse.
tests/pages/axe/node_modules: tests/pages/axe/package.json
	@if command -v npm >/dev/null; then \
		cd tests/pages/axe && npm install --silent --no-audit --no-fund --no-package-lock && touch node_modules; \
	else echo "npm 不在：跳过 axe-core"; fi

# Programs that write .xlsx; without them the test of what they write is skipped.
tests/workbook/writers/node_modules: tests/workbook/writers/package.json
	@if command -v npm >/dev/null; then \
		cd tests/workbook/writers && npm install --silent --no-audit --no-fund --no-package-lock && touch node_modules; \
	else echo "npm 不在：跳过别的程序写的工作簿"; fi

demo: $(BIN)/kpi-xl
	rm -rf demo
	$(BIN)/kpi-xl sample demo
	$(RUN) check
	$(RUN) refresh --month $(MONTH)
	$(RUN) fill 月度目标设定、达成表 --month $(MONTH)
	$(RUN) fill 主管日程 --month $(MONTH)
	$(RUN) fill 周工作计划 --month $(MONTH)
	$(RUN) fill 营业部经理月度KPI设定表 --month $(MONTH)
	$(RUN) fill 专题、培训计划表 --month $(MONTH)
	$(RUN) fill 团队技能培训计划 --month $(MONTH)
	$(RUN) fill 技能意愿评估框 --month $(MONTH)
	$(RUN) fill 营业部经理行事历 --month $(MONTH)
	@echo
	@echo "工作簿都在 demo/output/ ，先打开：demo/output/$(MONTH)/月度KPI表/"
	@echo "要用命令 kpi-xl，在这个窗口里先运行：export PATH=$(CURDIR)/$(BIN):\$$PATH"

test: $(VENV)/.dev $(NODE)
	$(BIN)/python -m pytest -n auto -rs

# Five hundred random worlds against the oracle that counts day by day; `make test` tries forty.
test-worlds: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --hypothesis-profile=thorough tests/engine/test_store.py \
		tests/engine/test_staying.py

# Two thousand worlds of raw files, deformed as real exports are; `make test` tries sixty.
test-raw-worlds: $(VENV)/.dev
	KPI_XL_WORLDS=2000 $(BIN)/python -m pytest -n 0 --hypothesis-profile=thorough tests/raw_files/test_worlds.py

# Spark comes with versions of its own of much, so it has an environment of its own; it needs Java 17.
$(SPARK)/.dev: pyproject.toml
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]' \
		filelock hypothesis pytest
	@echo '*' >$(SPARK)/.gitignore
	@touch $@

test-spark: $(SPARK)/.dev
	$(SPARK)/bin/python -m pytest -rs tests/engine/test_spark.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

# A branch of 640 people goes round for three months, its jobs killed 200 times: an hour.
quarter: $(VENV)/.dev
	$(BIN)/python -m benchmarks.quarter

# A month goes into groups while its job is killed 200 times.
group-kills: $(VENV)/.dev
	$(BIN)/python -m benchmarks.group_kills 200

# The statistics against simulated worlds; writes docs/calibration.md.
study: $(VENV)/.dev
	$(BIN)/python -m benchmarks.study

# The newest versions that go together, for every system and every Python that is promised.
constraints: $(BIN)/kpi-xl
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --extra server \
		--no-header --no-annotate --output-file constraints.txt pyproject.toml

# A release, VERSION=0.2.0: checked in a clone first; DRY_RUN=1 changes nothing here.
release: $(VENV)/.dev
	$(BIN)/python .ci/release.py $(VERSION) $(if $(DRY_RUN),--dry-run)

addin: $(VENV)/.dev
	$(BIN)/python -m udfs.excel.build kpi_xl.xlam

# The manual as a site in build/site; a broken link or a missing picture fails, though not with --quiet.
docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build
	@echo "手册：build/site/index.html"

templates: $(VENV)/.dev
	$(BIN)/python -m workbook_templates.build

# What make demo leaves out: the forms that are made for everybody or for every day, other trades.
FORMS := 周计划及检讨表 营业部每周活动情况统计表 客户经理工作日志 销售主管工作日志 每日活动检查表 \
	业务改善措施计划 留存分析表

pictures: demo $(VENV)/.dev
	for form in $(FORMS); do $(RUN) fill $$form --month $(MONTH) || exit 1; done
	$(RUN) review --month $(MONTH)
	$(RUN) distribute 月度目标设定、达成表 --month 2024-07
	$(BIN)/python -c 'from manual.clerk import types_targets; types_targets("demo", "月度目标设定、达成表", "2024-07", "城东营业部")'
	$(RUN) collect
	$(RUN) rounds propose 主险件数 300 --month 2024-07 --level 营业部
	$(RUN) rounds answer 主险件数 城东营业部=50 城西营业部=47 滨江营业部=45 --reason 电话
	$(RUN) rounds counter 主险件数 城东营业部=54 --reason 去年同期56件
	$(RUN) rounds workbook
	for trade in 车行:dealer 服饰:retail 管道:b2b; do \
		$(BIN)/kpi-xl sample build/$${trade%%:*} --trade $${trade##*:} && \
		$(BIN)/kpi-xl --project build/$${trade%%:*} refresh --month $(MONTH) && \
		rm -rf demo/output/$${trade%%:*} && \
		cp -r build/$${trade%%:*}/output demo/output/$${trade%%:*} || exit 1; done
	$(BIN)/python -m manual.pictures demo/output
	$(BIN)/python -m manual.page_pictures demo
	$(BIN)/python -m manual.desk_pictures

clean:
	rm -rf $(VENV) $(SPARK) demo build dist $(NODE)
