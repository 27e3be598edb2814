"""The worksheet functions of test_calc_host.py."""

import xlwings as xw


@xw.func
@xw.arg("values", ndim=2)
def HOST_JOIN(values, separator=", "):
    if values == [["lỗi"]]:
        raise ValueError("Không nối được")
    return str(separator).join(str(value) for row in values for value in row)


@xw.func
def HOST_COUNT(upto):
    return [[float(number), None] for number in range(1, int(upto) + 1)]
