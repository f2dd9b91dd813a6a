# SPDX-License-Identifier: MIT
"""Looks at a report in headless Chromium: browse.py FILE SCREENSHOT. Filters, sorts, opens, and looks whether it can be read
on a phone and without scripts. Prints what is wrong."""
import pathlib
import sys

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

page, screenshot = pathlib.Path(sys.argv[1]).resolve().as_uri(), sys.argv[2]
wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


def comes(driver, condition):
    """A page hears of its new address after the click."""
    try:
        return WebDriverWait(driver, 20).until(condition)
    except TimeoutException:
        return False


def browser(width, scripts=True):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},1200"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.get(page)
    return driver


def rows(driver):
    return [row for row in driver.find_elements(By.CSS_SELECTOR, "#table tbody tr") if row.is_displayed()]


driver = browser(1200)
try:
    everything = len(rows(driver))
    check(everything >= 3, f"only {everything} handshakes are listed")
    field = driver.find_element(By.ID, "filter")
    field.send_keys("established alice")
    some = rows(driver)
    check(0 < len(some) < everything, f"the filter leaves {len(some)} of {everything}")
    check(all("established" in row.text and "alice" in row.text for row in some), "the filter leaves what does not match")
    check(driver.find_element(By.ID, "shown").text == f"{len(some)} of {everything}", "the count is wrong")
    field.clear()
    field.send_keys(" ")
    names = [button.text for button in driver.find_elements(By.CSS_SELECTOR, "#table th button")]
    head = driver.find_element(By.XPATH, "//th/button[text()='Outcome']")
    for order in ("ascending", "descending"):
        head.click()
        column = [row.find_elements(By.CSS_SELECTOR, "td")[names.index("Outcome")].text for row in rows(driver)]
        check(column == sorted(column, reverse=order == "descending") and len(set(column)) > 1, f"outcomes are not {order}: {column}")
        check(head.find_element(By.XPATH, "..").get_attribute("aria-sort") == order, f"{order} is not told")
    closed = driver.find_element(By.CSS_SELECTOR, "details:not([open])")
    driver.find_element(By.CSS_SELECTOR, f"#table a[href='#{closed.get_attribute('id')}']").click()
    check(comes(driver, lambda _: closed.get_attribute("open")), "a click on an outcome does not open its steps")
    check(closed.find_element(By.CSS_SELECTOR, ".token").is_displayed(), "its tokens are not shown")
    check(driver.execute_script("return typeof window.owned") == "undefined", "a name of a trace became a script")
    check(driver.execute_script("return document.querySelectorAll('script').length") == 1, "there is another script")
    check(not driver.execute_script("return performance.getEntriesByType('resource').length"), "something was loaded")
    driver.save_screenshot(screenshot)
    log = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    check(not log, f"the browser complains: {log}")
finally:
    driver.quit()

driver = browser(500)
try:
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True})
    driver.get(page)
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    check(wide <= 390, f"on a phone of 390 pixels the page has {wide}")
    for table in driver.find_elements(By.TAG_NAME, "table"):
        wide = driver.execute_script("return arguments[0].scrollWidth", table)
        check(wide <= 390, f"on a phone of 390 pixels a table has {wide}")
    # What stands below each other says what it is, and has the width for it.
    cell = driver.find_element(By.XPATH, "//table[@id='table']//td[text()='alice@GSSTAP.TEST']")
    label = driver.execute_script("return getComputedStyle(arguments[0], '::before').content", cell)
    check("Initiator" in label, f"on a phone a cell is called {label}")
    lines = driver.find_elements(By.CSS_SELECTOR, "#coverage li")
    check(lines and all(line.size["width"] > 250 for line in lines), "on a phone coverage has no width")
    driver.find_element(By.ID, "filter").send_keys("established")
    check(0 < len(rows(driver)) < everything, "on a phone the filter hides nothing")
finally:
    driver.quit()

driver = browser(1200, scripts=False)
try:
    check(not driver.find_element(By.ID, "shown").text, "scripts were not off")
    check(len(rows(driver)) == everything, "without scripts not all handshakes are listed")
    check(driver.find_element(By.CSS_SELECTOR, ".finding .cause").is_displayed(), "without scripts there is no finding")
finally:
    driver.quit()

print("\n".join(wrong))
sys.exit(1 if wrong else 0)
