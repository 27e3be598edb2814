"""Package metadata of CCHC-XL: the one place for it."""

import re
from pathlib import Path

from setuptools import find_packages, setup

here = Path(__file__).parent
version = re.search(r'__version__ = "(.+)"', (here / "cchc_xl/__init__.py").read_text("utf-8"))[1]

setup(
    name="cchc-xl",
    version=version,
    description="Theo dõi kế hoạch cải cách hành chính của tỉnh, từ quyết định đến Phụ lục 2",
    long_description=(here / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    # docs/, templates/ and workbook/ stand at the top level for those who restyle and build;
    # what is needed of them at run time ships inside the package.
    packages=[
        *find_packages(include=["cchc_xl", "cchc_xl.*"]),
        "cchc_xl.data",
        "cchc_xl.docs",
        "cchc_xl.docs.images",
        "cchc_xl.templates",
        "cchc_xl.workbook",
    ],
    package_dir={
        "cchc_xl": "cchc_xl",
        "cchc_xl.docs": "docs",
        "cchc_xl.docs.images": "docs/images",
        "cchc_xl.templates": "templates",
        "cchc_xl.workbook": "workbook",
    },
    package_data={
        "cchc_xl.data": ["*"],
        "cchc_xl.docs": ["*.md"],
        "cchc_xl.docs.images": ["*.png"],
        "cchc_xl.templates": ["*"],
        "cchc_xl.workbook": ["vbaProject.bin", "ribbon.xml"],
    },
    install_requires=[
        "click>=8.1",
        "docxtpl>=0.20",
        "filelock>=3.13",
        # Tết and Giỗ Tổ by the moon, days off in lieu: new deadlines are on working days.
        "holidays>=0.100",
        "imapclient>=3",
        "jinja2>=3.1",
        "keyring>=24",
        "lxml>=5",
        "markdown-it-py>=3",
        "olefile>=0.47",
        "openpyxl>=3.1.5",
        "pandas>=2.2",
        "python-calamine>=0.4",
        "python-docx>=1.1",
        # For the audit alone, which reads returns and mails with other libraries.
        "python-oxmsg>=0.0.2",
        "pyxlsb>=1.0.10",
        "tnefparse>=1.4",
        "rapidfuzz>=3.9",
        "rich>=13",
        "xlrd>=2.0.1",
        # Same inputs, same bytes: a new minor version may write other bytes.
        "xlsxwriter~=3.3.1",
        # The VBA module in the master and the DLL must be of one version: exactly this. After a
        # change run workbook/build.py.
        "xlwings==0.37.8",
    ],
    extras_require={
        "test": [
            "build",
            "hypothesis>=6.100",
            "import-linter>=2",
            # A second source for amounts in words; where it is wrong is known for this version.
            "num2words==0.5.14",
            "openxml-audit>=0.8",
            "pyopenvba>=6.5",
            "pyvbaanalysis>=3",
            # With its own node, from the same place as the rest.
            "pyright[nodejs]>=1.1.400",
            "pytest>=8",
            "pytest-cov>=7",
            "pytest-xdist>=3.6",
            "ruff>=0.8",
            "xlwt>=1.3",
            "xlrd>=2",
        ]
    },
    entry_points={"console_scripts": ["cchc-xl = cchc_xl.cli.commands:main"]},
    classifiers=[
        "Environment :: Console",
        "Intended Audience :: End Users/Desktop",
        "Natural Language :: Vietnamese",
        "Programming Language :: Python :: 3",
        "Topic :: Office/Business :: Financial :: Spreadsheet",
    ],
)
