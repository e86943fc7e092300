;; A small loop within another becomes four rounds in a row, and what is used behind it a parameter there.
(module
  (memory 1)
  (func $rows (export "rows") (param $end i32) (result i32)
    (local $row i32) (local $at i32) (local $sum i32) (local $total i32)
    (loop $outer
      (local.set $at (local.get $row))
      (local.set $sum (i32.const 1))
      (loop $inner
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $inner (i32.ne (local.get $at) (local.get $end))))
      (local.set $total (i32.xor (local.get $total) (local.get $sum)))
      (local.set $row (i32.add (local.get $row) (i32.const 64)))
      (br_if $outer (i32.lt_u (local.get $row) (local.get $end))))
    (local.get $total)))

;; Machine code:
;; rows
;;     0  xor eax,eax
;;     2  xor ecx,ecx
;;     4  jmp 9
;;     6  mov rcx,rsi
;;     9  mov edx,1
;;    14  mov rsi,rdx
;;    17  mov rdx,rax
;;    20  imul esi,esi,31
;;    23  add esi,dword [r15+rdx]
;;    27  lea r8d,[rdx+4]
;;    31  cmp r8d,edi
;;    34  je 82
;;    36  imul esi,esi,31
;;    39  add esi,dword [r15+r8]
;;    43  lea r8d,[rdx+8]
;;    47  cmp r8d,edi
;;    50  je 82
;;    52  imul esi,esi,31
;;    55  add esi,dword [r15+r8]
;;    59  lea r8d,[rdx+12]
;;    63  cmp r8d,edi
;;    66  je 82
;;    68  imul esi,esi,31
;;    71  add esi,dword [r15+r8]
;;    75  lea edx,[rdx+16]
;;    78  cmp edx,edi
;;    80  jne 20
;;    82  xor esi,ecx
;;    84  lea eax,[rax+64]
;;    87  cmp eax,edi
;;    89  jb 6
;;    91  mov rax,rsi
;;    94  ret
