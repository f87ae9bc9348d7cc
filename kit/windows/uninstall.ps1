<#
.SYNOPSIS
Removes the OpenCode and the kit that this script was installed with. Uses no network.
.DESCRIPTION
Settings, sessions and caches of users stay, and so does every file that was added or changed after the installation: these
are named. While a changed one is there, the list of what was installed stays, too.
Exit codes: 0 all is removed, 1 something was left, 2 nothing was done.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$prefix = Split-Path -Path (Split-Path -Path $PSScriptRoot)
$program = Join-Path -Path $prefix -ChildPath 'bin\opencode.exe'
$setup = Join-Path -Path $PSScriptRoot -ChildPath 'setup.cjs'
$code = 2
# A folder that a program works in cannot be removed.
Set-Location -LiteralPath $env:SystemRoot
$env:BUN_BE_BUN = '1'
try {
    & $program $setup uninstall "--prefix=$prefix"
    $code = $LASTEXITCODE
} catch {
    Write-Host "error: $program does not run, and it has to, to remove what was installed: $_"
} finally {
    Remove-Item -Path Env:BUN_BE_BUN
}

# Windows deletes no program that runs, so it was set aside.
Get-ChildItem -LiteralPath $prefix -Filter 'opencode.exe.removed-*' -File | Remove-Item -Force
if ($code -eq 0 -and -not (Get-ChildItem -LiteralPath $prefix -Force)) {
    Remove-Item -LiteralPath $prefix
}
exit $code
