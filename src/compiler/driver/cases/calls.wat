;; A value that lives over a call is saved once; a call through a table compares the signature.
(module
  (type $unary (func (param i32) (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $double)
  (func $double (export "double") (param $x i32) (result i32)
    (i32.shl (local.get $x) (i32.const 1)))
  (func (export "twice") (param $x i32) (result i32)
    (i32.add (call $double (local.get $x)) (local.get $x)))
  (func (export "through") (param $x i32) (param $index i32) (result i32)
    (call_indirect (type $unary) (local.get $x) (local.get $index))))

;; Machine code:
;; double
;;     0  mov rax,rdi
;;     3  shl eax,1
;;     6  ret
;; twice
;;     0  push rbx
;;     1  mov rbx,rdi
;;     4  call 9
;;     9  add eax,ebx
;;    11  pop rbx
;;    12  ret
;; through
;;     0  cmp esi,4
;;     3  jae 48
;;     5  mov eax,0
;;    10  lea eax,[rax+rsi*8]
;;    13  mov rax,qword [rax]
;;    16  mov rcx,rax
;;    19  shr rcx,32
;;    23  mov ecx,ecx
;;    25  cmp ecx,1306294757
;;    31  jne 38
;;    33  mov eax,eax
;;    35  call rax
;;    37  ret
;;    38  test rax,rax
;;    41  je 53
;;    43  call 48
;;    48  call 53
;;    53  call 58
